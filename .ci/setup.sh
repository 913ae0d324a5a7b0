# shellcheck shell=bash
# What notebooks/run and tests/run share: find a Python, keep an environment up to date, get system
# packages. Sourced with the working directory at the repository's root.

say() { printf '%s\n' "$*" >&2; }

die() {
    say "error: $*"
    exit 1
}

# as_root COMMAND...: run it as root, or fail without asking anybody for a password.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        sudo -n "$@"
    else
        return 1
    fi
}

# apt_install PACKAGE...: fail when this is no Debian or Ubuntu, or when we may not install.
apt_install() {
    command -v apt-get >/dev/null || return 1
    as_root true || return 1
    say "Installing from the system's package archive: $*"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update --quiet=2 >&2 &&
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install --yes --quiet=2 -o Dpkg::Use-Pty=0 \
            --no-install-recommends "$@" >&2
}

is_new_enough() {
    "$1" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# find_python: print the interpreter to build environments with. PYTHON overrides the search.
find_python() {
    local candidate
    if [ -n "${PYTHON:-}" ]; then
        is_new_enough "$PYTHON" ||
            die "PYTHON=$PYTHON is not a working Python 3.11 or newer."
        printf '%s\n' "$PYTHON"
        return
    fi
    for candidate in python3 python3.14 python3.13 python3.12 python3.11 python; do
        if is_new_enough "$candidate"; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    die "Python 3.11 or newer is needed; python3 here is" \
        "$(python3 --version 2>/dev/null || echo missing)." \
        "Install one and name it: PYTHON=/path/to/python3.11 bash $0"
}

minor_version() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])'; }

# make_venv DIRECTORY PYTHON: a new environment with pip in it.
make_venv() {
    local directory=$1 python=$2 package
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        # Debian and Ubuntu keep these in a package of their own.
        package="python$(minor_version "$python")-venv"
        apt_install "$package" || say "$package is missing and cannot be installed from here."
    fi
    if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        "$python" -m venv --clear "$directory"
    elif "$python" -c 'import pip, venv' 2>/dev/null; then
        "$python" -m venv --clear --without-pip "$directory" &&
            "$python" -m pip --quiet --disable-pip-version-check \
                --python "$directory/bin/python" install pip
    else
        die "no environment can be made with $python." \
            "Install it with: apt-get install python$(minor_version "$python")-venv"
    fi
}

# use_venv DIRECTORY: reuse the environment, or make it when it is missing, broken, too old, or
# of another version than the one asked for in PYTHON.
use_venv() {
    local directory=$1 python
    if is_new_enough "$directory/bin/python" && "$directory/bin/python" -c 'import pip'; then
        if [ -z "${PYTHON:-}" ]; then
            return
        fi
        python=$(find_python) || exit
        if [ "$(minor_version "$python")" = "$(minor_version "$directory/bin/python")" ]; then
            return
        fi
    fi
    python=$(find_python) || exit
    say "Making $directory with $("$python" --version)"
    make_venv "$directory" "$python"
}

# is_current STAMP / mark_current STAMP: nothing that decides what is installed has changed since.
is_current() { { pwd -P && cat pyproject.toml; } | cmp -s - "$1"; }
mark_current() { { pwd -P && cat pyproject.toml; } >"$1"; }

pip_install() {
    local directory=$1
    shift
    "$directory/bin/python" -m pip --disable-pip-version-check --quiet install "$@"
}

# install_project EXTRAS [GROUP]: the clone, editable, with some of its extras and one of its
# dependency groups, into .venv.
install_project() {
    local extras=$1 group=${2:-} stamp=".venv/.installed-$1${2:+-$2}"
    use_venv .venv
    if is_current "$stamp"; then
        return
    fi
    say "Installing ghl-notebook[$extras] into .venv; the first time takes a minute or two"
    # Dependency groups are newer than the pip that many systems put into an environment.
    if [ -n "$group" ]; then
        pip_install .venv "pip>=25.1" || die "pip could not install pip 25.1 or newer."
    fi
    pip_install .venv --editable ".[$extras]" ${group:+--group "$group"} ||
        die "pip could not install ghl-notebook[$extras]${group:+ and the group $group}."
    mark_current "$stamp"
}
