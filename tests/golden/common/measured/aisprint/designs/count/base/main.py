"""Writes how many bytes its input has."""
import argparse
import os

parser = argparse.ArgumentParser()
parser.add_argument("-i")
parser.add_argument("-o")
arguments = parser.parse_args()
with open(arguments.o + ".txt", "w", encoding="ascii") as target:
    target.write(str(os.path.getsize(arguments.i)))
