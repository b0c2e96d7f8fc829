#!/bin/sh
# Writes the rules of alerts.yml as an object of the Prometheus Operator: deploy/kubernetes/monitoring/rules.yaml.
set -eu
cd "$(dirname "$0")"
{
  cat << 'END'
# Made from deploy/prometheus/alerts.yml by `sh deploy/prometheus/make-rules.sh`. Change the rules there.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: scanner-scim
  labels: { app.kubernetes.io/name: scanner-scim, app.kubernetes.io/component: monitoring }
spec:
END
  sed -n '/^groups:/,$p' alerts.yml | sed 's/^./  &/'
} > ../kubernetes/monitoring/rules.yaml
