"""The lexicon of requests: words of topics, of subjects people ask about, of places, words that say nothing, and the same word in other languages."""


def _set(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


def _pairs(text: str) -> dict[str, str]:
    """`short:long` for each word."""
    return {short: long for short, _, long in (pair.partition(":") for pair in text.split())}


TOPICS: dict[str, frozenset[str]] = {
    topic: frozenset(words.split())
    for topic, words in {
        "market": "stock share equity index indice market price ticker security close quote trading trader portfolio investor "
        "börse aktie aktien kurs kurse aktienkurs aktienkurse aktienmarkt börsenkurs bourse boursier action actions acciones bolsa",
        "employment": "employment job payroll employed employee workforce labor labour worker hiring headcount staffing nonfarm employer "
        "beschäftigung beschäftigte arbeitsplätze arbeitsmarkt emploi emplois empleo",
        "sales": "sale revenue order purchase turnover transaction umsatz umsätze vente ventas booking commerce shop store basket",
        "customer": "customer client buyer shopper kunde kunden cliente clientes",
        "product": "product item sku article catalog catalogue assortment produkt produkte produit",
        "user": "user signup registration login session visitor",
        "inventory": "inventory stockroom warehouse_stock shelf supply",
        "finance": "invoice payment expense budget cost ledger",
        "support": "ticket complaint issue incident case",
    }.items()
}
"""Words that mean a topic; a table has the topic when its name, comment or columns hold one of them."""

ELSEWHERE = _set(
    """unemployment jobless inflation cpi gdp bitcoin crypto cryptocurrency ethereum weather temperature rainfall climate
    housing house mortgage rent oil gold silver commodity bond treasury currency forex exchange churn campaign website
    traffic click election vote covid pandemic health patient hospital crime accident flight airline energy electricity
    emission co2 football soccer sport movie music student school university salary wage income poverty tesla apple amazon
    google microsoft meta nvidia netflix dax ftse nikkei russell djia dow nasdaq stoxx cac interest tax immigration birth death
    earthquake recipe restaurant hotel tourism shipping freight car vehicle film book dividend earnings eps option vix
    women woman female male gender retention conversion subscriber subscription hour overtime productivity vacancy opening layoff strike absence"""
)
"""Subjects that people ask about; one that no table holds is named, not passed over."""

OTHER_MEASURES = _set(
    """unemployment jobless inflation cpi gdp wage income salary poverty pay earnings eps dividend interest tax overtime hour productivity vacancy
    opening layoff strike absence churn retention conversion revenue profit turnover temperature rainfall co2 age overtime birth death
    volume capitalization capitalisation cap spread traded"""
)
"""Things that are measured of something: where none is held, a value of the same something answers another question."""

PLACES = _set(
    """germany france spain italy poland austria switzerland czechia netherlands belgium sweden norway denmark finland ireland
    portugal greece hungary romania ukraine russia turkey china japan india korea taiwan vietnam indonesia australia canada mexico
    brazil argentina chile colombia egypt nigeria kenya israel europe european asia africa eurozone uk britain england scotland
    wales london paris berlin madrid rome vienna prague munich tokyo beijing shanghai delhi sydney toronto chicago boston texas
    california florida alaska hawaii ohio michigan illinois georgia virginia german french spanish italian chinese japanese indian
    canadian mexican british"""
)
"""Places; one that the data does not hold is named, not passed over."""

GENERAL = _set(
    """a an the and or of on in at to for from with by about into over under per as is are be it its this that these those my
    our your their we i you me us please can could would should like want need make create build set up start new do did
    done go get give take put use using used project projects notebook notebooks analysis analyses analyse analyze
    analyzing analysing exploration explore exploring explores explor look looking show showing shows see seeing study
    examine investigate investigating overview summary summarise summarize report dashboard chart charts plot plots graph
    graphs figure figures table tables data dataset database block blocks compare comparing comparison compared versus vs
    between against both all every each some any more most less than then also just only quick short nice simple detailed
    deep full complete interesting how what which who why when where whether has have had been was were will one two three
    called named titled name title it's there here add adding include including included extend extra another first second
    last past previous year years month months quarter quarters week weeks day days time period since until during recent
    latest history trend trends return returns volatility risk drawdown drawdowns correlation change changes growth
    performance level levels mover movers rise fall rises falls biggest largest smallest best worst top average total sum
    mean median distribution breakdown split seasonality seasonal share by across within relative together move moves
    moving developed development evolve evolution run running execute don't not without no yes ok hello hi hey thanks
    thank somebody someone something anything everything thing things stuff help insight insights information info
    question questions answer answers result results number numbers value values measure measures series column columns
    row rows category categories sector sectors industry industries group groups segment segments kind kinds type types
    integration workspace warehouse file files sheet analyst boss team manager meeting us u.s. usa america american united
    states national world global good great really very much many few lot lots up down high low end start begin beginning
    ended fell rose grew grow growing shrink crisis crash recession monthly weekly daily quarterly yearly annual annually
    bar bars line lines pie stacked pls plz thx board hit hits hardest harder hard affected suffered suffering struck say ever weekday weekdays delete erase
    calendar well so if but while after before through out off again same different other today now current currently ever
    long short term wide side next would let let's tell find out know understand figure interested interesting curious und
    der die das den dem ein eine einen einer mit von für zu zum zur im am auf über letzten letzte jahre jahr monat monate
    erstelle projekt zeige analysiere le la les un une des du de et sur pour dans avec créer crée projet analyser
    dernières derniers années ans el los las una unos y con para crear proyecto analizar últimos años sobre vergleich
    vergleiche comparer comparar
    team talk regards cheers best sincerely dear everyone folk guy urgent asap morning afternoon evening week weekend appreciate
    grateful kind kindly ideally preferably shrank shrunk possible maybe perhaps actually basically really simply quickly still already yet able ask asked asking
    wonder wondering love hope hoping think thought believe guess idea curiosity show me'd i'd we'd i'm we're don doesn didn isn
    won come came back went gone happen happened behave behaved bad worse better dropdown selector choose pick select choice
    input slider filter interactive range limit threshold top rank ranking ranked sort sorted winter summer spring autumn
    least depth mark marked highlight highlighted usually word words sentence sentences prose text texts paragraph paragraphs too rest eleven twelve thirteen fourteen fifteen twenty thirty hundred boss colleague
    colleagues bullet bullets gentle brief briefly myself ourselves yourself finally second third fourth half-year
    three four five six seven eight nine ten dozen half couple several percent percentage pct proportion fraction ratio
    rolling window average high higher low lower peak peaked bottom height ago early mid late onward onwards present
    instead lately recently blog diagram neat lovely writing
    date dates daytime hour minute trading business above below over exceed exceeded exceeding
    losses loss gains gain drop dropped drops lost won jump jumped swing swings fast faster fastest slow slower slowest recover
    recovered recovery rebound strongest strong weakest weak stable steady steadiest volatile riskiest safest cheap expensive
    worth dollar dollars euro invest invested investment put thousand hundred million billion always never often sometimes
    separate separately score scores they them theirs he she once twice rate rates stat stats statistic statistics list listed per next previous former latter following small big huge
    nach pro je bitte mir uns ich wir gib mach baue wie hat sich haben sind ist war waren bei als auch nicht kein keine alle
    montre montrez faire fait fais voir comment quel quelle quels quelles combien je nous vous merci svp ce cette ces chaque
    muestra muestrame haz hacer cual cuales como por favor gracias cada esta este estos o v za podle od do jak se na pro mi
    vytvor ukaz udelej prosim monday tuesday wednesday thursday friday saturday sunday january february march april may june july
    august september october november december jan feb mar apr jun jul aug sep sept oct nov dec"""
)
"""Words that carry no subject of their own."""

PASSING = _set(
    """way ways append suppose imagine horizontal horizontally counting twice straight winning losing relation perform performed performing old streak longest shortest prepare provide produce deliver generate arrange assemble visualise visualize visual display present illustrate describe compile draft
    collect gather obtain determine identify consider handle manage organise organize fetch pull grab throw whip dig
    far reach reached plus leaving leave lose losing made making redo done subject field finish people person hold held drawn
    climb join case cases dont wont cant isnt doesnt didnt whats thats ive id im lets need needed needs wanted keep kept seem
    seems sure idea rough roughly exactly around near nearly almost since between within without across along through throughout
    onto upon toward towards become became becoming being having looks turn turned turns please thanks kindly regards okay fine
    clear clearly proper properly correct nicely side sides both either neither whichever whatever dans est sont etait quel
    quelle evolue evolution pattern annee annees dernier derniere depuis entre moins lege anlegen entwickelt nuevo nueva nuevos
    llamado llamada neues neue neuen seit zwischen wurde werden wird soll sollen bis ein une des aux sur qui que muestra quiero
    necesito hasta desde puesto tambien jak jaka ktery ktere mezi lety nebo vedle und oder aber auch noch mal bitte gern gerne
    does did beside besides alongside existing distributed behind actual actuals hasn't haven't hadn't draw own enough earlier somewhere whose whom length bought buy buying paid each every apiece respectively overall altogether upto til till per about
    wonder curious stand stands standing stood put sold sell single bring brings brought goes going link linked cree creer creez activites"""
)
"""Words of sentences that say no wish, and that count as a wish's own where they name what the data holds."""

EVERYDAY = _set(
    """a an the this that these those it its they their them there here i me my we us our you your he she his her who which what when where why how
    is are was were be been being do does did have has had can could would should will may might must shall and or but not no nor so if then than too
    also as at by for from in into of off on onto out over per to up down with without about after before during until since under between within again
    once all any both each every few more most other some such only own same very just please thank hello hi dear let make made give show put get
    need want like know see look good great nice fine enough ideally perhaps maybe possible simple simply quick quickly short brief briefly neat clean one two
    me much many well really kindly say tell use using add build create set draw drawn present find help new first way everything something anything
    don doesn isn kept keep go going come back am im ive ll re ve team boss friend colleague"""
)
"""Words of every sentence, which wish for nothing by themselves."""

PRESENTED = _set(
    """notebook project table chart plot graph diagram figure picture column row line bar summary page report overview view visual visualization
    heading title label axis legend text note block cell section analysis dashboard number data list sentence word paragraph markdown marked mark
    highlight color colour day date moment happen happened occur occurred latest current value"""
)
"""What every notebook holds, whatever is analysed."""

ABBREVIATED = _pairs(
    """amt:amount qty:quantity cust:customer temp:temperature yr:year mth:month wk:week qtr:quarter dt:date avg:average industry:sector
    num:number cat:category prod:product dept:department emp:employee pct:percent hum:humidity addr:address descr:description
    acct:account inv:invoice txn:transaction trans:transaction rev:revenue desc:description"""
)
"""Short forms in the names of columns and tables."""

FOREIGN = _pairs(
    """jahresdurchschnitt:yearly_average jahresdurchschnitte:yearly_average jahresmittel:yearly_average monatsdurchschnitt:monthly_average verlauf:trend land:country länder:country stadt:city städte:city region:region kategorie:category kategorien:category preis:price
    preise:price menge:quantity anzahl:number kunde:customer kunden:customer produkt:product produkte:product bestellung:order
    bestellungen:order umsatz:revenue umsätze:revenue gewinn:profit kosten:cost kanal:channel sparte:sector branche:sector branchen:sector
    sektor:sector sektoren:sector baugewerbe:construction bau:construction bauwirtschaft:construction einzelhandel:retail_trade
    grosshandel:wholesale_trade großhandel:wholesale_trade industrie:manufacturing verarbeitendes:manufacturing gewerbe:_ staat:government
    verwaltung:government bergbau:mining_and_logging gastgewerbe:leisure_and_hospitality beschäftigung:employment beschäftigte:employment
    arbeitsplätze:job aktie:stock aktien:stock kurs:price kurse:price monat:month monaten:month quartal:quarter woche:week temperatur:temperature
    zpracovatelský:_ zpracovatelského:_ zpracovatelském:_ vývoj:trend vývoje:trend počet:number počtu:number pracovních:_ míst:job místa:job průměrná:average průměrný:average pays:country ville:city catégorie:category prix:price quantité:quantity nombre:number client:customer clients:customer produit:product
    produits:product commande:order commandes:order ventes:sales secteur:sector secteurs:sector bâtiment:construction
    gouvernement:government manufacturier:manufacturing emploi:employment emplois:job actions:stock trimestre:quarter mois:month semaine:week
    commerce:retail_trade détail:_ température:temperature país:country ciudad:city categoría:category precio:price
    precios:price cantidad:quantity número:number cliente:customer clientes:customer producto:product productos:product pedido:order
    pedidos:order ventas:sales sector:sector construcción:construction gobierno:government empleo:employment acciones:stock
    público:government pública:government públicos:government públicas:government privado:private privada:private privados:private
    öffentlichen:government öffentlicher:government öffentliche:government privaten:private privatwirtschaft:private
    privé:private privée:private privés:private fonctionnaires:government veřejném:government soukromém:private
    mes:month semana:week země:country zemi:country město:city měst:city cena:price ceny:price množství:quantity zákazník:customer
    zákazníků:customer objednávky:order objednávek:order tržby:revenue tržeb:revenue prodeje:sales akcie:stock akciích:stock akcií:stock trhy:market trzích:market
    zaměstnanost:employment zaměstnanosti:employment stavebnictví:construction průmysl:manufacturing průmyslu:manufacturing vládě:government měsíce:month měsíc:month
    čtvrtletí:quarter týden:week rendite:return renditen:return schwankung:volatility schwankungen:volatility rendement:return rendements:return
    volatilité:volatility volatilidad:volatility rentabilidad:return výnosy:return výnosů:return volatilita:volatility monatlich:monthly monatliche:monthly wöchentlich:weekly jährlich:yearly jährliche:yearly jährlichen:yearly jährlicher:yearly
    vierteljährlich:quarterly mensuel:monthly mensuelle:monthly mensuelles:monthly hebdomadaire:weekly annuel:annual annuelle:annual annuels:annual annuelles:annual trimestriel:quarterly mensual:monthly
    variación:change variacion:change crecimiento:growth croissance:growth wachstum:growth veränderung:change růst:growth změna:change semanal:weekly anual:annual anuales:annual měsíčně:monthly ročně:yearly týdně:weekly jahr:year année:year año:year rok:year roky:year
    cuaderno:notebook cambio:change cambios:change porcentual:percent porcentuales:percent respecto:against anterior:previous gráfica:chart gráfico:chart barras:bars líneas:lines favor:please
    graphique:chart diagramm:chart prozentuale:percent prozentual:percent quartalsweise:quarterly monatsweise:monthly jahresweise:yearly leg:create fazit:summary sätzen:sentences sätze:sentences satz:sentence deutsch:german zwei:two drei:three"""
)
"""Words of other languages, as English says them; `_` is dropped."""

FUNCTION_WORDS = _set(
    "der die das und für über pro nach seit von mit zeige wie im den dem ein eine erstelle vergleiche le la les des du et depuis par dans pour "
    "entre une montre analyse comment el los las desde por para entre muestra crea compara podle od roce vytvoř ukaž o v za na s analyzuj"
)
"""Small words that say which language a request is in, beside English."""


__all__ = [
    "ABBREVIATED",
    "ELSEWHERE",
    "EVERYDAY",
    "FOREIGN",
    "FUNCTION_WORDS",
    "GENERAL",
    "OTHER_MEASURES",
    "PASSING",
    "PLACES",
    "PRESENTED",
    "TOPICS",
]
