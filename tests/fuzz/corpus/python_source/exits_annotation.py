from aisprint.annotations import *
def leave(x): return x
@component_name('a')
@early_exits_model('m.onnx', 'leave', [0.5, 1])
@device_constraints(1, 2, ['dnn'])
@model_performance(metric='average_f1')
def main(a): pass
