# SPDX-License-Identifier: Apache-2.0
"""The storage of AWS, as supervisors write to it: an S3 provider of a service has keys and a region,
and boto3 takes another address from AWS_ENDPOINT_URL. Only services with such outputs need boto3.
"""


def write_files(service, provider, path, files):
    """Stores files below a path, whose first part is the bucket; says why it cannot."""
    import boto3  # here: most tests have no use for it
    import botocore.config
    import botocore.exceptions
    keys = service.get("storage_providers", {}).get("s3", {}).get(provider.partition(".")[2])
    if keys is None:
        return "the storage provider is not defined"
    endpoint = service.get("environment", {}).get("Variables", {}).get("AWS_ENDPOINT_URL")
    client = boto3.client(
        "s3", endpoint_url=endpoint, region_name=keys["region"],
        aws_access_key_id=keys["access_key"], aws_secret_access_key=keys["secret_key"],
        config=botocore.config.Config(s3={"addressing_style": "path"}, proxies={}))
    bucket, _, folder = path.strip("/").partition("/")
    try:
        for name, data in files.items():
            client.put_object(Bucket=bucket, Key=f"{folder}/{name}" if folder else name, Body=data)
    except botocore.exceptions.BotoCoreError as error:
        return str(error)
    except botocore.exceptions.ClientError as error:
        return str(error)
    return ""
