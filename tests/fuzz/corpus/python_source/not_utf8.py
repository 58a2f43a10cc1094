@component_name('café')
def main(a): pass
