#!/bin/sh
# Starts what a Lambda function needs: the collector of measurements, then the supervisor.
/opt/telegraf/bin/telegraf --config /opt/telegraf/bin/telegraf.conf &
exec supervisor
