import subprocess
from pycomps.api.task import task
@task(returns=1)
def t(): pass
@component_name('a')
def main(args):
    subprocess.Popen(['/x/compss_agent_call_operation', '--master_node=1.2.3.4', '--master_port', f'{P}', '--method_name=m', '--stop', 'mod', args['input']])
