from aisprint.annotations import component_name as cn, exec_time
import aisprint.annotations as ann
T = 2 * 5
@cn('a')
@exec_time(T, global_time_thr=-(-3.5), prev_components=['b', ("c" 'd')])
@ann.security(trustedExecution=true)
@task()
async def main(args): pass
