"""Words that are no persons' names but look like them: brands, peoples, what programs are made of. Our own lists."""

BRANDS = """
accenture acer adidas adobe airbnb airbus alcoa aldi alibaba allianz allstate amazon amd amgen amtrak anthropic aol apple applebee
applebee's arby's asus at&t audi avis axa azure barclays bayer bbc bentley best-buy blackberry blackrock bloomberg bmw boeing bosch
bp bridgestone broadcom budweiser bugatti buick burberry cadillac canon cargill carrefour casio caterpillar chanel chase chevrolet
chevron chevy chipotle chrysler cisco citibank citigroup citroen cnbc cnn coca-cola colgate comcast conoco costco craigslist daewoo
danone deloitte dell denny's dhl disney domino's dunkin dupont ebay emirates enron ericsson espn etsy eurostar exxon exxonmobil
facebook fedex ferrari fiat firefox fisher-price flickr foxconn gap genentech gillette github gitlab glaxosmithkline gmail google gucci
halliburton hamas harvard heineken heinz hermes hershey hezbollah hilton hitachi honda hp hsbc huawei hulu hyatt hyundai ibm ikea
infosys instagram intel intuit isuzu itunes jaguar jeep kellogg kfc kia kindle kodak komatsu kpmg kraft lamborghini lego lenovo
lexus lg lidl linkedin linux loreal lufthansa lyft macy's marriott mars maserati mastercard mattel mazda mcdonald's mcdonalds mcdonald
mcdonnell mercedes merck metallica microsoft mitsubishi monsanto motorola mozilla msn mtv nabisco nasa nasdaq nato nbc nescafe nestle
netflix nike nikon nintendo nissan nokia novartis nvidia openai oracle oreo palantir panasonic paramount paypal pemex pepsi pepsico
petrobras petsmart peugeot pfizer philips pinterest pixar pizza playstation porsche prada puma qantas qualcomm quora reddit reebok
renault reuters rolex rolls-royce ryanair safeway salesforce samsung sanofi sanyo sears sega siemens skype slack snapchat sony
spotify sprint starbucks subaru subway suzuki symantec target tesco tesla texaco tiktok toshiba toyota tripadvisor tumblr twitch
twitter uber ubisoft unilever unicef unesco ups usaid valero verizon vespa viacom visa vodafone volkswagen volvo walgreens walmart
waymo wendy's wendys whatsapp whirlpool wikipedia windows xbox xerox xiaomi xinhua yahoo yamaha yelp youtube zara zillow zoom
al-qaeda qaeda al-jazeera taliban isis congress senate parliament pentagon kremlin interpol mossad fbi cia opec unhcr wto imf
lakers celtics knicks yankees mets dodgers giants eagles patriots steelers cowboys packers redskins arsenal chelsea liverpool barcelona
juventus bayern nfl nba mlb nhl fifa uefa ncaa wwe ufc chromebook iphone ipad ipod macbook android galaxy pixel corolla civic camry
prius mustang tacoma silverado jetta passat golf photoshop powerpoint excel outlook gmail siri alexa cortana bing firefox safari
pokemon minecraft fortnite zelda mario sonic batman superman spiderman spider-man avengers hobbit hogwarts jedi simpsons futurama
hobbits frodo kenworth airlines christmas easter ramadan hanukkah halloween thanksgiving bible koran quran torah venus jupiter saturn
mercury neptune uranus pluto bollywood hollywood broadway grammy oscar oscars emmy wimbledon olympics superbowl tylenol aspirin advil
viagra prozac botox kleenex velcro jacuzzi frisbee popsicle tupperware xanax ibuprofen lasik
""".split()

PEOPLES = """
american americans african africans arab arabs asian asians european europeans british briton britons english scottish welsh irish
german germans french italian italians spanish spaniard spaniards portuguese dutch belgian belgians swiss austrian austrians
swedish swede swedes norwegian norwegians danish dane danes finnish finn finns icelandic polish pole poles czech czechs slovak
slovaks hungarian hungarians romanian romanians bulgarian bulgarians greek greeks turkish turk turks russian russians ukrainian
ukrainians belarusian latvian lithuanian estonian serb serbs serbian croat croatian bosnian albanian macedonian slovenian
kosovar georgian armenian azeri chechen kazakh uzbek tajik afghan afghans iranian iranians iraqi iraqis israeli israelis palestinian
palestinians lebanese syrian syrians jordanian saudi saudis yemeni kuwaiti egyptian egyptians libyan tunisian algerian moroccan
sudanese ethiopian somali kenyan nigerian ghanaian ugandan rwandan congolese zimbabwean zambian malawian indian indians pakistani
pakistanis bangladeshi nepali nepalese tibetan burmese thai thais vietnamese cambodian laotian malaysian malay indonesian filipino
filipinos chinese japanese korean koreans taiwanese mongolian australian australians canadian canadians mexican mexicans cuban
cubans haitian jamaican jamaicans colombian venezuelan peruvian chilean argentine argentinian brazilian brazilians bolivian
ecuadorian paraguayan uruguayan panamanian guatemalan honduran salvadoran nicaraguan hispanic latino latina latinos caucasian
christian christians catholic catholics protestant protestants methodist methodists baptist baptists lutheran anglican mormon mormons
muslim muslims islamic islamist sunni sunnis shiite shiites shia sufi jew jews jewish zionist zionists hindu hindus buddhist
buddhists sikh sikhs atheist kurd kurds kurdish berber basque catalan flemish bavarian scandinavian slavic nordic celtic roman
romans texan texans californian parisian londoner democrat democrats republican republicans communist communists socialist nazi
nazis marxist leninist tory tories labour liberal liberals conservative conservatives baathist jihadi
""".split()

CODE_WORDS = """
abstract adapter addr admin android annotation ansible apache api apikey args argv array ascii assert assertEquals
async await awk babel backend backoff base64 bearer bedrock bitbucket bitmask blocksize body bool boolean buf
bufsize builder bytearray bytecode cache callback calloc cargo catch cfg channel char chat checksum chmod chown
circleci clang claude cli closure cls cmake codable codec codex column commit comparable compiler completion
completions config conn console const controller cookie cookies coroutine cron cronjob css csv ctx curl cursor
daemon dalle dao dataframe dataset datetime davinci debug debugger decodable decoder decorator deepseek def define
delegate delete deserializer dest dict dir dns docker dst dto elem elif embeddings encodable encoder endif endpoint
endpoints entity enum env epoch equatable err errno eslint exception expect export extends extension factory false
fatal fd file filename final finally fixture float fn frontend ftp fullstack func gcc gemini gemma generator generic
github gitlab glibc goroutine gpt gradle graphql grep groq grpc gui gzip haiku handler hash hashable hashmap header
headers heap helm helper helpers hostname html http https identifiable idx ifdef impl implements import include
index info init initrd insert int interface ios isinstance iso iter iterator javac jenkins join json junit jupyter
jwt keras kernel kubectl kubernetes kwargs lambda latency leaf len let lexer libc limit linker linux list listener
llama llm llvm localhost log logger lyria macos makefile malloc map matcher matplotlib maven md5 metadata
microservice middleware mistral mock model module mongo msg mut mutex mysql namespace nginx nil node none npm null
nullable numpy oauth observer offset openapi optional opus order override package pandas param params parser
password path pattern payload pip pipe port posix postgres printf println priv profiler prompt prompts protobuf
protocol proxy ptr pub pytest pytorch query queue qwen reader realloc redis ref regex repository req require res
resp retry rollback root route router row rsync runtime rustc scanner schema sdk sed select self sendable serializer
serverless service session set setup sha sigint sigkill sigterm sizeof sklearn smtp sock socket sonnet sql sqlite
src ssh ssl sslcontext stack stacktrace static stderr stdin stdlib stdout str stream struct stub subclass sudo
sudoers superclass swagger sync systemd table tar tcp temp tensor tensorflow tensors terraform thread throughput
throws timedelta timeout timestamp tls tmp token tokenizer toml trace transaction travis tree true tuple typedef udp
uint undefined unicode unwrap unzip update uri url username utc utf util utils uuid vagrant val var vec vertex view
void warn webhook webpack websocket webview wget where whisper wrapper writer xml yaml
""".split()
