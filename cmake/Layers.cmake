# SPDX-License-Identifier: Apache-2.0
# Which library may link which of ours. aisprint_add_library() refuses any other arrow, and
# tools/dev/check_layers.py reads this table to refuse any other #include.
set(AISPRINT_LAYER_base "")
set(AISPRINT_LAYER_config base)
set(AISPRINT_LAYER_annotations base config)
set(AISPRINT_LAYER_partition base)
set(AISPRINT_LAYER_perf base)
set(AISPRINT_LAYER_training base perf)
set(AISPRINT_LAYER_clients base)
set(AISPRINT_LAYER_design base config annotations partition)
set(AISPRINT_LAYER_tosca base config)
set(AISPRINT_LAYER_images base config)
set(AISPRINT_LAYER_deploy base config clients tosca)
set(AISPRINT_LAYER_profiling base config design clients deploy perf training tosca)
set(AISPRINT_LAYER_optimizer base perf)
set(AISPRINT_LAYER_placement base config perf optimizer)
set(AISPRINT_LAYER_cli base config annotations partition perf training clients design tosca images deploy
    profiling optimizer placement)
