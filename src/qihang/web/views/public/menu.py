from qihang.web.navigation import Item, Place, register

register(
    Item(label="首页", url_name="home", place=Place.PORTAL, icon="house", order=0),
    Item(label="首页", url_name="home", place=Place.PORTAL_BAR, icon="house", order=0),
)
