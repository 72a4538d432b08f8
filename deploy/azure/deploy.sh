#!/bin/sh
# Rendered by `itemwell install azure`. Makes or changes the Container Apps jobs; run it as often as you like:
#   GROUP=itemwell ENVIRONMENT=itemwell IDENTITY=itemwell VAULT=my-vault REGISTRY=mine.azurecr.io \
#   IMAGE=mine.azurecr.io/itemwell@sha256:... ./deploy.sh
set -eu
: "${GROUP:?}" "${ENVIRONMENT:?}" "${IDENTITY:?}" "${VAULT:?}" "${REGISTRY:?}" "${IMAGE:?}"
case $IMAGE in *@sha256:*) ;; *) echo "deploy: IMAGE must have a digest: $IMAGE" >&2; exit 3 ;; esac
cd "$(dirname "$0")"

environment=$(az containerapp env show --resource-group "$GROUP" --name "$ENVIRONMENT" --query id --output tsv)
location=$(az containerapp env show --resource-group "$GROUP" --name "$ENVIRONMENT" --query location --output tsv)
identity=$(az identity show --resource-group "$GROUP" --name "$IDENTITY" --query id --output tsv)
filled=$(mktemp)
trap 'rm -f "$filled"' EXIT

for job in generate readiness calibrate exams snapshot recommend sweep monitor metrics health cleanup; do
  sed -e "s|LOCATION|$location|; s|ENVIRONMENT|$environment|; s|IDENTITY|$identity|g; s|VAULT|$VAULT|; s|REGISTRY|$REGISTRY|; s|IMAGE|$IMAGE|" \
    "itemwell-$job.yaml" >"$filled"
  verb=create
  az containerapp job show --resource-group "$GROUP" --name "itemwell-$job" >/dev/null 2>&1 && verb=update
  az containerapp job "$verb" --resource-group "$GROUP" --name "itemwell-$job" --yaml "$filled"
done
