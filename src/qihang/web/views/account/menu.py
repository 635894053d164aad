from qihang.foundation.notifications.services import unread_count
from qihang.web.navigation import Item, Place, register

register(
    Item(label="第一次来，用代办码", url_name="sign_in_counter", place=Place.SERVICES, icon="person-badge", order=20),
    Item(label="学校、单位、经办人登录", url_name="sign_in", place=Place.ENTRANCES, icon="buildings", order=10),
    Item(label="消息", url_name="account_messages", place=Place.INBOX, icon="bell", count=unread_count),
    Item(label="换个身份", url_name="switch", place=Place.SWITCH, icon="person-badge"),
    Item(label="我的账号", url_name="account", place=Place.ACCOUNT, icon="person-circle", order=10),
    Item(label="登录安全", url_name="account_security", place=Place.ACCOUNT, icon="shield-check", order=20),
    Item(label="我的登录设备", url_name="account_devices", place=Place.ACCOUNT, icon="key", order=30),
    Item(label="我的消息", url_name="account_messages", place=Place.ACCOUNT, icon="bell", order=40),
    Item(label="换个身份", url_name="switch", place=Place.ACCOUNT, icon="person-badge", order=50),
)
