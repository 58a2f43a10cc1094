from aisprint.annotations import *
D = {'component_name': {'name': 'a'}, 'detect_metric_drift': {'metric': ['m', 'n'], 'field': [['f'], ['g', 'h']], 'statistical_test': 'chi-squared', 'test_threshold': .05, 'detection_interval': 1, 'monitoring_period': [[1], [2, 3]], 'data_collection_period': 1e1}}
@annotation(D)
def main(a):
    pass
