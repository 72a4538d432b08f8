#!/bin/sh
# Rendered by `itemwell install gcp`. Makes or changes the Cloud Run jobs and their schedules; run it as often
# as you like:  PROJECT=my-project REGION=europe-west1 IMAGE=europe-docker.pkg.dev/...@sha256:... ./deploy.sh
set -eu
: "${PROJECT:?}" "${REGION:?}" "${IMAGE:?}"
case $IMAGE in *@sha256:*) ;; *) echo "deploy: IMAGE must have a digest: $IMAGE" >&2; exit 3 ;; esac
cd "$(dirname "$0")"

# Runs the jobs; may read the secrets. The other only starts them.
runner=itemwell-run@$PROJECT.iam.gserviceaccount.com
starter=itemwell-start@$PROJECT.iam.gserviceaccount.com
for name in itemwell-run itemwell-start; do
  gcloud iam service-accounts describe "$name@$PROJECT.iam.gserviceaccount.com" --project "$PROJECT" >/dev/null 2>&1 \
    || gcloud iam service-accounts create "$name" --project "$PROJECT"
done
for secret in $(gcloud secrets list --project "$PROJECT" --filter 'name~itemwell-' --format 'value(name)'); do
  gcloud secrets add-iam-policy-binding "$secret" --project "$PROJECT" \
    --member "serviceAccount:$runner" --role roles/secretmanager.secretAccessor >/dev/null
done

# The API of v2; the older run.googleapis.com/apis/... asks for the region in its host.
api=https://run.googleapis.com/v2/projects/$PROJECT/locations/$REGION/jobs

job() { # NAME CRON ZONE
  sed -e "s|PROJECT|$PROJECT|; s|IMAGE|$IMAGE|" "itemwell-$1.yaml" \
    | gcloud run jobs replace - --project "$PROJECT" --region "$REGION"
  gcloud run jobs add-iam-policy-binding "itemwell-$1" --project "$PROJECT" --region "$REGION" \
    --member "serviceAccount:$starter" --role roles/run.invoker >/dev/null
  verb=create
  gcloud scheduler jobs describe "itemwell-$1" --project "$PROJECT" --location "$REGION" >/dev/null 2>&1 && verb=update
  # A start that failed is tried again; a second start of a job that runs ends with 75 and does nothing.
  gcloud scheduler jobs "$verb" http "itemwell-$1" --project "$PROJECT" --location "$REGION" \
    --schedule "$2" --time-zone "$3" --uri "$api/itemwell-$1:run" --http-method POST \
    --oauth-service-account-email "$starter" \
    --attempt-deadline 60s --max-retry-attempts 2 --min-backoff 30s
}

# Another time: change the line here.
job generate '0 2 * * 0' 'Etc/UTC'
job readiness '30 3 * * 0' 'Etc/UTC'
job calibrate '0 4 * * 0' 'Etc/UTC'
job exams '0 */6 * * *' 'Etc/UTC'
job snapshot '0 0 * * *' 'Etc/UTC'
job recommend '0 6 * * 1' 'Etc/UTC'
job sweep '*/15 * * * *' 'Etc/UTC'
job monitor '0 * * * *' 'Etc/UTC'
job metrics '*/30 * * * *' 'Etc/UTC'
job health '*/10 * * * *' 'Etc/UTC'
job cleanup '0 2 * * *' 'Etc/UTC'
