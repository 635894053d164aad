from qihang.web.views.subsidies import states  # noqa: F401  (the words register themselves)
