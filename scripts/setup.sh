# Sourced by demo.sh and test.sh: installs what is missing of the Debian packages that Sluice is built with.
# Says what it does; touches nothing when all is there. Needs root or sudo only when something is missing.

build_packages=(g++ cmake ninja-build libhwy-dev nlohmann-json3-dev libcli11-dev libfmt-dev libgtest-dev
                libonnx-dev libprotobuf-dev protobuf-compiler zlib1g-dev tzdata)
test_packages=("${build_packages[@]}" clang-format clang-tidy python3 python3-venv)
arm_packages=(g++-aarch64-linux-gnu qemu-user-static googletest)
browser_packages=(chromium chromium-driver python3-selenium)

missing_packages() {
  local package
  for package in "$@"; do
    dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || echo "$package"
  done
}

# install_packages PACKAGE...: returns when all are installed, or ends the script and says what to install.
install_packages() {
  local missing as_root=()
  if ! command -v apt-get >/dev/null; then
    echo "This is not a Debian system, nothing was installed. Needed, under Debian's names: $*"
    return
  fi
  mapfile -t missing < <(missing_packages "$@")
  if [[ ${#missing[@]} -eq 0 ]]; then
    echo "Set-up: all packages are there."
    return
  fi
  if [[ $(id -u) -ne 0 ]]; then
    if ! command -v sudo >/dev/null; then
      echo "Set-up: as root, please run: apt-get update && apt-get install ${missing[*]}" >&2
      exit 1
    fi
    as_root=(sudo)
  fi
  echo "Set-up: installing ${missing[*]}"
  "${as_root[@]}" apt-get -q -o DPkg::Lock::Timeout=300 update
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
    -o DPkg::Lock::Timeout=300 install "${missing[@]}"
}
