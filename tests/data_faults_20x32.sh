#!/bin/sh
# data_faults_20x32.sh -- the tests of data_faults.sh with images of 20x32 pixels.
height=20
width=32
. "${SRCDIR:-$(dirname "$0")/..}/tests/data_faults.sh"
