"""`python -m sandbox.cloud start | stop | deploy | workers`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from .config import CloudConfig
from .process import ProgramFailed, kill_lambda_workers, lambda_workers, stop_cloud, warm_functions


def main() -> int:
    arguments = _parser().parse_args()
    config = CloudConfig(arguments.port, arguments.front_port, arguments.state_dir)
    if arguments.command == "start":
        from .launcher import CannotStart, start

        try:
            start(config)
        except CannotStart as problem:
            print(problem, file=sys.stderr)
            return 2
    elif arguments.command == "stop":
        print("stopped" if stop_cloud(config) else "no local cloud runs here")
    elif arguments.command == "deploy":
        from .deploy import DeploymentFailed, deploy

        try:
            deploy(arguments.assembly, config.endpoint, arguments.outputs)
        except DeploymentFailed as problem:
            print(problem, file=sys.stderr)
            return 1
    elif arguments.warm:
        print(len(warm_functions(config, arguments.warm)), "workers are warm")
    elif arguments.kill:
        print("killed", *kill_lambda_workers(config, arguments.function))
    else:
        print(json.dumps(lambda_workers(config), indent=2))
    return 0


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--port", type=int, default=CloudConfig.port, help="of the AWS APIs (%(default)s)")
    common.add_argument("--front-port", type=int, default=CloudConfig.front_port, help="of the front door")
    common.add_argument("--state-dir", type=Path, default=CloudConfig.state_dir, help="saved state (%(default)s)")
    parser = argparse.ArgumentParser(prog="python -m sandbox.cloud", description="The local cloud.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("start", parents=[common], help="run it here, until Ctrl-C")
    commands.add_parser("stop", parents=[common], help="stop the one that runs on this state folder")
    deploy = commands.add_parser("deploy", parents=[common], help="deploy a synthesised CDK assembly")
    deploy.add_argument("--assembly", type=Path, default=Path("cdk.out"))
    deploy.add_argument("--outputs", type=Path, default=Path(".local/outputs.json"))
    workers = commands.add_parser("workers", parents=[common], help="list the Lambda worker processes")
    workers.add_argument("--warm", type=int, metavar="N", help="start them until every function has N")
    workers.add_argument("--kill", action="store_true", help="kill them, as a failing host would")
    workers.add_argument("--function", help="only those of this function")
    return parser


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (ProgramFailed, OSError) as problem:
        print(problem, file=sys.stderr)
        sys.exit(1)
