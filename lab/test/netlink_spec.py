#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""netlink_spec.py SPEC SCHEMA HEADER PROGRAM: is the netlink spec one, by the kernel's
schema, and are its names and numbers those of the header, all of them?

Numbers are what a C compiler makes of the header, in PROGRAM.
"""
import os
import re
import subprocess
import sys

import jsonschema
import yaml


def c_name(*words):
    return '_'.join(words).upper().replace('-', '_')


def numbered(prefix, items, first=1):
    """Names and numbers of an enum, as the kernel's ynl-gen-c.py gives them."""
    number = first
    for item in items:
        number = item.get('value', number)
        yield c_name(prefix, item['name']), number
        number += 1


def expected(spec):
    family = spec['name']
    constants = {}
    for attrs in spec['attribute-sets']:
        prefix = c_name(family, 'a')
        if attrs['name'] != family:
            prefix = c_name(prefix, attrs['name'])
        constants.update(numbered(prefix, attrs['attributes']))
        constants[prefix + '_MAX'] = len(attrs['attributes'])
    operations = spec['operations']['list']
    constants.update(numbered(c_name(family, 'cmd'), operations))
    constants[c_name(family, 'cmd', 'max')] = len(operations)
    constants[c_name(family, 'family', 'version')] = spec.get('version', 1)
    words = {c_name(family, 'family', 'name'): family}
    for group in spec['mcast-groups']['list']:
        words[c_name(family, 'mcgrp', group['name'])] = group['name']
    return constants, words


def compile_and_run(header, names, program):
    """What each name is in C, one a line."""
    lines = ['#include <stdio.h>', f'#include "{os.path.abspath(header)}"', 'int main(void) {']
    lines += [f'printf(_Generic(({name}), char *: "%s\\n", default: "%d\\n"), {name});'
              for name in names]
    lines.append('return 0; }')
    subprocess.run(['gcc', '-std=gnu11', '-Wno-format', '-x', 'c', '-', '-o', program],
                   input='\n'.join(lines), text=True, check=True)
    return subprocess.run([program], stdout=subprocess.PIPE, text=True,
                          check=True).stdout.splitlines()


def header_names(header):
    """What the header has of the kind; one that the spec lacks is a mistake, too."""
    with open(header, encoding='utf-8') as file:
        text = re.sub(r'/\*.*?\*/', '', file.read(), flags=re.S)
    return set(re.findall(r'\b(RMAP_AB_(?:A|CMD|MCGRP|FAMILY)_\w+)', text))


def main():
    spec_path, schema_path, header, program = sys.argv[1:]
    with open(spec_path, encoding='utf-8') as file:
        spec = yaml.safe_load(file)
    with open(schema_path, encoding='utf-8') as file:
        schema = yaml.safe_load(file)
    for error in jsonschema.Draft7Validator(schema).iter_errors(spec):
        sys.exit(f'{spec_path}: {"/".join(map(str, error.path))}: {error.message}')
    constants, words = expected(spec)
    wanted = {name: str(number) for name, number in constants.items()} | words
    found = header_names(header)
    bad = [f'{name}: only in the header' for name in sorted(found - set(wanted))]
    bad += [f'{name}: only in the spec' for name in sorted(set(wanted) - found)]
    names = sorted(set(wanted) & found)
    for name, value in zip(names, compile_and_run(header, names, program)):
        if value != wanted[name]:
            bad.append(f'{name}: {value} in the header, {wanted[name]} in the spec')
    print('\n'.join(bad) if bad else f'{len(names)} names agree')
    return bool(bad)


if __name__ == '__main__':
    sys.exit(main())
