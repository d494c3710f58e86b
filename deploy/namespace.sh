#!/bin/sh
# The namespace and the search attributes that the product's workflows carry. Safe to run again at each start.
set -eu

until temporal operator cluster health >/dev/null 2>&1; do sleep 2; done

# Histories are archived by the product long before this retention ends; it is the margin.
temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
    temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 90d

# The names are those of schemas/names.py; a test compares them.
known=$(temporal operator search-attribute list --namespace "$TEMPORAL_NAMESPACE")
for name in Campaign District SubjectKind; do
    printf '%s\n' "$known" | grep -qw "$name" ||
        temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" --name "$name" --type Keyword
done
