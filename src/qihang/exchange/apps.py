from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "qihang.exchange"
    label = "exchange"
    verbose_name = "交换"
