#!/bin/sh
# Runs component store on one file. INPUT_FILE_PATH and TMP_OUTPUT_DIR are set by
# faas-supervisor; a request keeps its UUID from component to component in the names of its files.
name=$(basename "$INPUT_FILE_PATH")
name=${name%%.*}
case "$name" in
aisprint-*)
    UUID=$(printf '%s' "$name" | cut -c 10-45)
    output="$TMP_OUTPUT_DIR/$name"
    ;;
*)
    UUID=$(uuidgen 2>/dev/null || cat /proc/sys/kernel/random/uuid)
    output="$TMP_OUTPUT_DIR/aisprint-$UUID"
    ;;
esac
export UUID
echo "SCRIPT: Processing file '$INPUT_FILE_PATH', saving the output in '$output'"
echo "UUID: $UUID"
cd "/opt/store/" || exit 1
exec python main.py -i "$INPUT_FILE_PATH" -o "$output"
