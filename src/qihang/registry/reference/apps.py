from django.apps import AppConfig


class ReferenceConfig(AppConfig):
    name = "qihang.registry.reference"
    label = "reference"
    verbose_name = "基础代码"

    def ready(self) -> None:
        from qihang.foundation.core.scope import region_scope
        from qihang.registry.reference.scope import region_code_q

        region_scope.register("regions", region_code_q)
