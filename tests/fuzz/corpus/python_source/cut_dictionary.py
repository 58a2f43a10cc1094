"""Blurs; see load_and_inference(args, x) and @exec_time."""
import argparse, os
from aisprint.annotations import annotation
from aisprint.onnx_inference import load_and_inference
SETTINGS = {'component_name': {'name': 'blur'},
            'partitionable_model': {'onnx_file': 'net.onnx'}}
@annotation(SETTINGS)
def main(args: dict) -> None:
  number = int(open(args["input"]).read())
  (forwarded,
   outputs) = load_and_inference(  # the model
      onnx_file=args["onnx_file"],  # either half, or all of it
      input_dict={"x": number, "tag": "img"},
  )  # done
  with open(args["output"], "w") as stream:
    stream.write(f"{forwarded['tag']} {outputs[0]}\n")
  # end of main

# The program
if "__main__" == __name__:
  parser = argparse.ArgumentParser()
  parser.add_argument("-i", "--input", required=True)
  parser.add_argument("-o", "--output")
  parser.add_argument("-y", "--onnx_file", default=os.path.join("onnx", "net.onnx"))
  main(vars(parser.parse_args()))
