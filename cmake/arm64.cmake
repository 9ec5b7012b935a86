# Cross-compiles for 64-bit ARM with Debian's toolchain and runs the tests under QEMU.
# Packages: g++-aarch64-linux-gnu, qemu-user-static.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64-static;-L;/usr/aarch64-linux-gnu)
# Of fmt only the headers are used, which serve every processor; its package is the host's.
file(GLOB fmt_DIR /usr/lib/*/cmake/fmt)
