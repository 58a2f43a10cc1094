@component_name
@exec_time(*a, **b)
@exec_time(local=f'{x}', local_time_thr=1/0)
@annotation({1: 2, 'x': {}})
def main(:
