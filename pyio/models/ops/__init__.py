"""The mathematics: functions of arrays that know no layer.

Every product of every layer goes through `kernels`, so that a faster kernel replaces one module.
"""
