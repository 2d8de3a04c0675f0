# Aliases for `python3 run.py JOB`, for those who like make. `make test ARGS="-k units"` passes arguments on.
PYTHON ?= python3
ARGS ?=
.DEFAULT_GOAL := help
.PHONY: help demo test slow check bench verify lab lock wheel

help: ## Show these lines
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

demo: ## Gate the sample data and evaluate a plan's targets (演示)
	@$(PYTHON) run.py demo $(ARGS)

test: ## Checks, then the tests (检查与测试)
	@$(PYTHON) run.py test $(ARGS)

slow: ## Checks, then all tests, the slow ones too (全部测试)
	@$(PYTHON) run.py test --slow $(ARGS)

check: ## Style, types, floors, spelling (静态检查)
	@$(PYTHON) run.py check $(ARGS)

bench: ## Benchmarks, as ratios (基准)
	@$(PYTHON) run.py bench $(ARGS)

verify: ## Run the notebooks again, every number compared (复核)
	@$(PYTHON) run.py verify $(ARGS)

lab: ## JupyterLab in notebooks/ (打开笔记本)
	@$(PYTHON) run.py lab $(ARGS)

lock: ## Refresh requirements.lock (更新依赖锁定文件)
	@$(PYTHON) run.py lock $(ARGS)

wheel: ## Build the wheel and try it in an empty environment (构建并试装)
	@$(PYTHON) run.py wheel $(ARGS)
