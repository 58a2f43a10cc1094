# coding: latin-1
@component_name('café')
def main(a): pass
