"""Writes every second byte of its input."""
import argparse

parser = argparse.ArgumentParser()
parser.add_argument("-i")
parser.add_argument("-o")
arguments = parser.parse_args()
with open(arguments.i, "rb") as source, open(arguments.o + ".txt", "wb") as target:
    target.write(source.read()[::2])
