match x:
  case [1, *r] if r: pass
  case {'a': v, **k} as w: pass
  case P(a=b) | None: pass
  case _: pass
def main(a): pass
