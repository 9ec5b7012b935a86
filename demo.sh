#!/usr/bin/env bash
# Installs what is missing, builds Sluice, trains it on two centuries of sunspots, scores it on the years that
# it has not seen, draws the forecast of the next twelve months, and looks inside the network. Results go to out/.
set -euo pipefail
cd "$(dirname "$0")"
source scripts/setup.sh

sluice=build/release/sluice
data=data/sunspots.csv
model=out/sunspots.safetensors

show() {
  printf '\n$ %s\n' "$*"
  "$@"
}

install_packages "${build_packages[@]}"
cmake --preset release
cmake --build --preset release --target sluice-cli

mkdir -p out
start=$SECONDS
show "$sluice" train "$data" --target sunspots --horizon 12 -o "$model"
verdict=0
show "$sluice" evaluate "$model" "$data" || verdict=$?
[[ $verdict -le 1 ]] || exit "$verdict"  # 1 says that a baseline was better: still worth a picture.
show "$sluice" forecast "$model" "$data" -o out/sunspots_forecast.csv --plot out/sunspots_forecast.svg
show "$sluice" inspect "$model" "$data" -o out/sunspots_inside.html
seconds=$((SECONDS - start))

cat <<END

Done: trained, scored, forecast and looked into in $seconds s.
  the program    $sluice
  the model      $model
  the forecast   out/sunspots_forecast.csv
  its picture    out/sunspots_forecast.svg  (open it in a browser)
  the inside     out/sunspots_inside.html   (every gate of every step; a browser as well)
END
if [[ $verdict -eq 0 ]]; then
  echo "On the years held out the model beats the best baseline."
else
  echo "On the years held out the model does NOT beat the best baseline: see the table above."
fi
