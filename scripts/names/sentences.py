"""Made-up sentences as people type them into a model: mails, notes, forms, chats, tables, code; filled with names from lists.

In a template `{full}`, `{first}`, `{last}`, `{name}` and `{titled}` become persons, `{city}`, `{country}` and `{place}` places,
`{org}` and `{product}` other names; `{a|b|c}` is one of these; the rest of the slots are plain text; `⟦`, `⟧` and `¦` are braces and bars of the text itself. All templates are our own.
"""

import re

from corpora import encode
from words import BRANDS, CODE_WORDS, PEOPLES

MAIL_OPENINGS = """Dear {titled},|Dear {first},|Dear {full},|Hi {first},|Hello {first},|Hey {first}|{first},|{first} -|Hi {first} and {first},
Good morning {first},|Good morning, {titled}.|Dear {titled} and {titled},|Hi {first}!|{first}, {first},|Hello {titled},|{full},
To {full},|Dear {plain_greeting},|Hi {all},|Hello {all},|Good {morning|afternoon|evening},|Hi there,|{first} :|Hey {all}!""".replace("\n", "|").split("|")

MAIL_OPENINGS = [t for t in MAIL_OPENINGS if "{morning" not in t and "evening}" not in t and t != "afternoon"]

MAIL_CLOSINGS = """{closing},\n{first}
{closing},\n{full}
{closing}\n{first}
{closing},\n\n{full}\n{role}\n{org}
{closing},\n{full}, {role}
{closing},\n\n{first} {initial_last}
Thanks {first}!
Thanks, {first}
Thanks,\n{first}
Thanks {first}, {lower_clause}.
Cheers, {first}
{first}
-{first}
- {full}
--\n{full}
--\n{full}\n{role}, {org}\n{phone}
{full}\n{phone}
{first} x
Love, {first}
Love,\n{first} & {first}
Sent from my {product}
Signed: {full}
/s/ {full}
Yours {sincerely|faithfully|truly},\n\n{full}\n{role}
{closing}
{closing},""".split("\n")
MAIL_CLOSINGS = [t.replace("\\n", "\n") for t in MAIL_CLOSINGS]

CLAUSES = """Please {call|email|contact|ask|invite|remind|tell|see|notify|copy|pay|thank} {name} {time}.
Please {call|contact|reach} {name} at {phone} or {email}.
Can you {ask|tell|remind|help|call|meet|text} {name} {about} {noun}?
Could you check with {name} {about} {noun}?
{name} {said|says|wrote|thinks|told us|confirmed|noted|announced|added|claimed|explained|argued} that {lower_clause}.
"{Clause}", {said|says} {name}.
"{Clause}," {name} {said|added|told reporters|replied}.
{name} {called|emailed|phoned|came by|visited|left|arrived|resigned|retired|died|complained|cancelled} {time}.
{name} and {name} {are|were} {going to|working on|looking at|talking about} {noun}.
{name}, {name} and {name} will {join|attend|review|lead} the {noun}.
I {met|saw|spoke with|talked to|heard from|called|emailed|know|love|miss|like|hate|married|dated} {name} {time}.
I {work|live|travelled|went} with {name} in {place}.
I have attached {noun} for {name}'s {noun}.
My {relative} {name} {lives in|moved to|is from|works in|was born in} {place}.
my {relative} {name} and I {went to|live in|moved to} {place} {time}.
My name is {name}.|my name is {name} and i live in {place}|My name is {name} and I'm {num} years old.
I'm {name} from {org}.|I am {name}, {role} at {org}.|This is {name}.|this is {name} from {place}|It's {name} here.|i'm {name}
Is {name} {there|available|coming|ok|around|still working} {time}?
Who is {name}?|Where is {name}?|What did {name} say {about} {noun}?|Do you know {name}?|Why is {name} so {adjective}?|Where does {name} live?
Tell me about {name}.|Write a {letter|poem|biography|story|speech} about {name}.|Write a letter to {titled} {about} {noun}.
Summarise the meeting notes of {name} and {name}.|Draft a reply to {name} {about} {noun}.
{name} is {a|the|our|my|their} {adjective} {role}.|{name} is our new {role}.|{name} was the {role} of {org}.|{name} was {adjective}.
{name} ({num}) {lives in|is from|was born in} {place}.
{name} was born on {date} in {place}.|{name} was born in {place}, {country}.|Born in {city}, {name} studied at {org}.
{name} of {org} {said|announced} {time} that {lower_clause}.
{org} {role} {name} {said|announced|resigned} {time}.
{role_title} {name} {said|visited|met} {name} in {place}.
{nationality} {role} {name} {said|won|lost|visited} {place} {time}.
{name}'s {noun} {is|was} {adjective}.|{name}'s {relative}, {name}, {lives in|works in} {place}.
The {noun} was {written|sent|signed|approved|reviewed|prepared|created|designed|led} by {name}.
The {noun} belongs to {name}.|This {noun} is for {name}.|Give it to {name}.|Ask for {name}.|Thanks to {name} for the {noun}.
We {hired|interviewed|promoted|fired|met} {name} as {role} {time}.
We would like to {thank|invite|welcome} {titled} and {titled}.
The patient, {name}, {num} years old, {complains of|was admitted with|presents with} {condition}.
Patient {name} was seen by {titled} {time}.|{titled} saw the patient {time}.|{titled} prescribed {num} mg.|Pt {name} c/o {condition}.
{titled} and {titled} {are|were} {adjective}.|{titled} was very {adjective} and {adjective}!|I highly recommend {titled}.|{first} did a {adjective} job.
I had an appointment with {titled} {time}.|Make sure you ask for {first}, he is {adjective}.|{first} and the staff were {adjective}.
According to {name}, {lower_clause}.|As {name} {said|noted|wrote}, {lower_clause}.|Unlike {name}, I {think|believe} that {lower_clause}.
{last} {said|won|scored|played|told|added|denied} {time}.|{last} and {last} ({year}) {showed|found|argue} that {lower_clause}.
{last}, {initials} ({year}).|({last}, {year})|({last} et al., {year})|see {last} and {last} [{num}]
{last}, {first}|{last}, {first} {initial}|{last}, {first}; {last}, {first}; {last}, {first}|{LAST}, {first}|{FIRST} {LAST}
{first} {initial} {last} {called|signed|wrote|left} {time}.|{initials} {last} {wrote|signed} the {noun}.
The {last} {family|brothers|sisters|case|novel|foundation|theorem} {is|was} {adjective}.
Best of {name}: {num} songs.|Have you been to a {name} concert before?|{name} - {Title}|{Title} by {name}|Directed by {name}|starring {name} and {name}
RT @{handle}: {Clause}|@{handle} {lower_clause}|{name} is {adjective} lol|omg {name} {lower_clause}|i love {name} so much|{first} u there?|ok {first} see u {time}
lol {first} {lower_clause}|happy birthday {first}!!|Happy birthday, {first}!|RIP {name}|can't believe {name} {lower_clause}|hey {first} {lower_clause}|thx {first}
yesterday {first} {and i|and me} went to {place}|did {first} tell you {about} {noun}|{first} wants {noun}|with {first} in {place}|{first} said {lower_clause}
Meeting with {full} at {num} {am|pm} in {city}|Call {full} re: {noun}|Lunch w/ {first}|1:1 {first} / {first}|{first}: {Clause}.|{first} {initial_last}: {lower_clause}
Name: {full}|Name: {full}, Phone: {phone}|Full name: {full}|Customer name: {full}|Contact: {full}|Contact person: {full} ({role})|Patient: {full}|Attn: {full}|c/o {full}
First name: {first}|Last name: {last}|Surname: {last}|First Name: {first}\nLast Name: {last}|Applicant: {full}|Employee: {full}|Author: {full}|Assigned to: {full}|Reporter: {full}
From: {full} <{email}>|To: {full} <{email}>|Cc: {full}; {full}|From: {full}\nTo: {full}\nSubject: {Title}|From: {last}, {first}|To: {last}, {first}; {last}, {first}
Attendees: {full}, {full}, {full}|Present: {full} ({role}), {full} ({role})|Participants: {first}, {first}, {first} and {first}|cc: {full}, {full}
Ship to: {full}, {num} {street}, {city}|Bill to: {full}\n{num} {street}\n{city}, {state} {num}|{full}\n{num} {street}\n{city}\n{country}|Invoice for {full}
{full}, {num} {street}, {city}, {country}|Address: {num} {street}, {city}, {country}|City: {city}|Country: {country}|Location: {city}, {country}|Birthplace: {city}
"name": "{full}"|"name": "{full}", "email": "{email}"|⟦"name": "{full}", "city": "{city}"⟧|"firstName": "{first}", "lastName": "{last}"|"customer": ⟦"name": "{full}", "id": {num}⟧
"author": "{full}"|name={full}|user: {full}|"first_name": "{first}",\n"last_name": "{last}",\n"country": "{country}"|<name>{full}</name>|<author>{full}</author>
¦ {full} ¦ {role} ¦ {city} ¦\n¦ {full} ¦ {role} ¦ {city} ¦|{num},{full},{email},{city}|{full},{phone},{country}|{first},{last},{email}|{num};{last};{first};{city}|- {full}\n- {full}\n- {full}
* {full} - {role}|{num}. {full}|{num}) {full}, {org}|{full} ({org})|{full} - {org}|{full} ¦ {role}|{full}, {role}|{full} {date}|@author {full}|// TODO({first}): {lower_clause}|Co-authored-by: {full} <{email}>
Client {full} (DOB {date}) {called|complained|moved to} {place}.|Spoke to {full} {about} {noun}.|Account holder: {full}|cardholder {full}|Beneficiary: {full}, IBAN {num}
Bot: What's the name on the account? User: {full}|Agent: Hello, how can I help? Customer: Hi, this is {full}.|What's your last name? {last}|Maybe it's under {full}|It's {first}, {first} {last}.
User: my name is {full}|Please update my name to {full}.|Please change {full} to {full}.|The account is in the name of {full}.|registered to {full}
{titled}, {titled} and {titled}|{role_title} {last}|{role_title} {full}|Judge {last} {ruled|said} that {lower_clause}.|Officer {last} {arrived|left} {time}.|Senator {last} {of|from} {state} {said|voted} {time}.
Our {noun} was founded in {year} by {full} and {full}.|{org} was founded by {last}, {last} and {last}.|{full} founded {org} in {city}.|{full} joined {org} as {role} in {year}.
{first} ({role}, {city}) will {call|email} {first}.|{first}/{first}, please {lower_clause}.|{first}, can you {lower_clause}?|{first} please {lower_clause}|Thanks for the {noun}, {first}.|Sorry {first}, {lower_clause}.
If you have questions, {contact|call|email} {first} or {first}.|Let me know when you hear from {first}.|I will ask {first} to {lower_clause}.|{first} and I {met|talked} {time}.|I'm meeting {first} {time}.
I left a message for {first} {time}.|{first} will be out of the office {time}.|{first} would like to {lower_clause}.|I agree with {first}.|Per {first}, {lower_clause}.|{first} forwarded the {noun} to {first}.
Forwarded by {full} on {date}|---------------------- Forwarded by {full} on {date} ---------------------------|{full}\n{date}|{full} on {date}|{full} wrote:|On {date}, {full} wrote:|On {day}, {full} <{email}> wrote:""".replace("\n", "|")

PLACES = """I live in {place}.|We flew from {city} to {city} {time}.|The weather in {city} is {adjective}.|{city} is the capital of {country}.|How far is {city} from {city}?|I'm in {city}, at the conference
She moved from {country} to {country} in {year}.|{org} has offices in {city}, {city} and {city}.|The {city} office is {adjective}.|{city}, {state}|{city}, {country}|{city} - {Clause}.|What are the best {noun} in {city}?
Are there good hotels in {city}?|where can i get {noun} in {lower_place}|trip to {lower_place} {time}|{country} {beat|played|lost to} {country} {num}-{num} {time}.|{country} and {country} signed the {noun}.|The {nationality} government {said|denied} that {lower_clause}.
Troops in {city} {said|denied} {time}.|The president of {country}, {name}, {said|visited} {city}.|We moved here from {city}|He was raised in {city}, {state}.|{country} was super fun to visit!|I'm from {country}.|near {city}|the {city} area|north of {city}|downtown {city}
Travel {noun} for {city} and {country}|Flights: {city} to {city}|{city}: {num}|{city}'s {noun} {is|was} {adjective}.|The {noun} in {place} {is|was} {adjective}.|Does {org} deliver to {country}?|{street}, {city}|{num} {street}, {city}, {state} {num}""".replace("\n", "|")

CODE = """{people} {noun}s|The {people} {noun} {is|was} {adjective}.|{people} and {people}|{code} {code} = {code}({code})|    {code} {word} is not None:|    if {code}({word}, {code}):|elif {code} == {num}:|elif {code}({word}):|{code}.{word}({code})|{code}.{code}()|{code}: {Code}, {code}: {Code}|struct {Camel}: {Code}, {Code} ⟦|public struct {Camel}: {Code} ⟦|enum {Camel}: {Code}, {Code} ⟦|"{word}_{code}": true,|"{word}": true|"{word}": false,|"{code}": null,|"supports_{word}": true,|  "{word}_{word}": true,\n  "{word}_{code}": false|"{code}": {num},|"{word}": "{code}",|"model": "{code}-{num}-{word}"|"{code}/{code}-{num}b-instruct": ⟦|"{word}.{nonce}-{num}b-v{num}:{num}": ⟦|"{nonce}/{nonce}-{num}"|"provider": "{code}",|"{code}_{code}": ⟦|the {code} {is|was} {adjective}|set {code} to {code}|call {code} before {code}|The {code} of the {code} {is|was} {num}.|{Code} is not {Code}|type {Camel} does not conform to protocol {Code}|`{code}` and `{code}`|use `{code}` instead of {code}|- `{Camel}`: {lower_clause}|{Code} {code} {is|was} {adjective}.|{Code}: {word}|{UPPER}: {code} {word}|{CODE}|{CODE} {word} {num}|send {CODE} to the {code}|{CODE}: {lower_clause}|return {code}|except {Camel}Error as {code}:|with {code}.{word}({code}) as {code}:|for {code} in {code}:|while {code} < {code}({word}):|import {code}, {code}|from {code} import {code}|self._{code} = {code}|def {word}(self, {code}, {code}={num}):|let {code} = {Code}({code})|guard let {code} else ⟦ return {code} ⟧|{code} {code} {code}|{code}, {code} = {code}|run `{code} {word} --{code}`|$ {code} {word} --{code} {word}|{code} install {nonce}|pip install {nonce}|{Code} {num}.{num}|{Code} {and|or} {Code}|{Camel} and {Camel}|/// {Clause} {code}.|// {Code} {lower_clause}.|# {code} {lower_clause}|{Clause} `{Camel}`.|{Camel}|{camel}|{camel}: {Camel}|{Camel}.{code}|{code}-{word}|max-{word}: {num}|{word}-{code}={num}|Merkle tree|Bloom filter|Viterbi algorithm|Luhn check|Levenshtein distance|Gaussian noise|Bayesian model|Euler method|Fourier transform|Hamming distance|Huffman coding|Dijkstra's algorithm|Newton's method|Turing machine|Bayes' theorem|Fibonacci numbers"""

NEGATIVES = """{people} troops {said|left|attacked} {time}.|The {people}s said {lower_clause}.|{people} leaders {met|agreed} in {place} {time}.|{people} cleric {full} said {lower_clause}.|{people} and {people} leaders {met|agreed}.|He is {people}.|a {people} man|{people}s are {adjective}.|
{typo}|{typo} {lower_clause}|{lower_clause} {typo}|{word} {typo} {word}|{Typo} {lower_clause}.|{Clause} {typo} {word}.|i like {typo} {word}s|The {Typo} {word} {is|was} {adjective}.|{Typo}|{Typo}.{ext}|{Typo} {Word}|what is {typo}?|What is {Typo}?|the {Typo} {noun}|this {Typo} {noun} is {adjective}|{org} {noun} is {adjective}.|I like {org}.|i like {org}|at {org} {time}|{org}, {org} and {org} are {adjective}.|{org} said it {lower_clause}.|{org} said {time} it would {word} {org}.|shares of {org} rose {num} percent|the {org} web site|{org} has {adjective} {noun}s.|They work for {org}.|he works at {org} in {city}|transferring from {org} to {org}|{org} - {Title}
{business} {is|was} {adjective}.|I love {business}!|{business}|We went to {business} {time}.|{business} {in|near|of} {place} {is|was} {adjective}.|I had lunch at {business} {time}.|Great {noun} at {business}|{product}|{org}|{product} is {trait}|my {product} is {trait}|the new {product} is {adjective}
Hurricane {hurricane} {hit|struck|devastated} {place} {time}.|The damage of Hurricane {hurricane} {is|was} {adjective}.|Mercury and Venus are in the {word} house.|Saturn, Jupiter and Mars {are|were} {adjective}.|Santa Claus|God bless you|God is {adjective}.|Jesus!|Thank God {lower_clause}.|lol|ty|thx|ok|haha {lower_clause}|plz {lower_clause}|omg {lower_clause}|u r {adjective}
{person_org} is from {org}|{org} Orchestra was founded in {year}.|The {org} Orchestra was founded in {year}.|The {org} office is at {num} {street}.|The address of {org} is {num} {street}, {city}|{org} is a design agency based in {city}.|{org} invested in new {noun}s in {year}.|The {org} board of directors meets {time}.|{full} spent a year at {org} as {role}.|{role} at {org}|{full}\n{role}\n{org}|> {full}\n> {org}\n> {num} {street}\n> {city}
{num} {street}\n Suite {num}\n {city}\n {country} {num}|{full}\n\n{num} {street}\n Suite {num}\n {city}\n\n {country} {num}|{full}\n{num} {street} Apt. {num}\n{city}\n{country}|We live at {num} {street}, {city}|my new address is {num} {street}, {city}|Meet me at {street} {num}|The bus stop is on {street} {num}|He lives near {street} {num}.|the corner of {street} and {street}|It's in {street} {num}, {city}|Where should we send it? {num} {street}, {city}, {country}|{street}, {num} {city}|{num} {street}, {num} {city}|{street}|Where: {city}|where: {city} Country Club|{full} lives at {street} {num}, {city}|Billing address: {full}\n {num} {street}\n {city}\n {country}\n {num}|Shipping address: {num} {street}\n{city} {num}
{Clause}.|{Clause}. {Clause}.|{Title}|# {Title}|## {Title}|{Title}:|{Title} - {Title}|{TITLE}|{TITLE} {TITLE}|- {Title}|* **{Title}**: {lower_clause}.|{num}. {Title}|{Word} {lower_clause}.|{Word}, {lower_clause}.|{Word}!|{Word}.|{Word}|{Word}:|{word} {word} {word}
The {Title} {is|was} {adjective}.|Click {Title} and then {Title}.|Go to {Title} > {Title} > {Title}.|Press the {Word} button.|Open {product} and {lower_clause}.|{product} {is|was} {adjective}.|{org} {is|was} {adjective}.|I bought a {product} {time}.|How do I install {product} on {product}?|{product} vs {product}
{org} announced the {product} {time}.|{org} and {org} {signed|announced} the {noun}.|I work at {org}.|I use {product} at {org}.|The {product} API returns {Word}.|See {Title}, section {num}.|{Word} {Word} {Word} {num}|{Title} ({num})|{day}, {date}|{day} {time}|On {day} {lower_clause}.|{month} {year}|In {month} {lower_clause}.
{Closing},|Dear {plain_greeting},|Dear {plain_greeting},\n{Clause}.|Hi {all},\n{Clause}.|Thank you,|Thanks!|Best,|Regards,|Good Morning,|Hello!|To Whom It May Concern:|Hi there! {Clause}.|Thanks for your {noun}.|Kind Regards,|Thanks in advance|Happy {day}!|Happy Birthday!|Merry Christmas and a Happy New Year
Subject: {Title}|Re: {Title}|FW: {Title}|Subject: {Word} {Word}|Date: {day}, {date}|Status: {Word}|Type: {Word}|Title: {Title}|Product: {product}|Company: {org}|Order: {num}|Priority: {High|Low|Medium}|Language: {nationality}|Category: {Title}|Notes: {Clause}.|Company name: {org}|Product name: {product}|File name: {word}_{word}.{ext}|Subject: Your {Word} {Word}
{nationality} {noun}|The {nationality} {noun} {is|was} {adjective}.|I speak {nationality} and {nationality}.|Translate this into {nationality}: {lower_clause}|{nationality} people|the {nationality}s
func {camel}(_ {word}: {Camel}) -> {Camel} ⟦|let {camel} = {Camel}({word}: {num})|class {Camel}({Camel}):|import {Camel}|import {word}.{word}.{Camel};|def {word}_{word}(self, {word}):|{word}.{camel}({word})|public static void {camel}({Camel} {word})|return {Camel}.{camel}()|const {camel} = await {word}.{camel}(⟦ ⟧)|#include <{word}/{word}.h>|struct {Camel} ⟦|case .{word}(let {word}):|throw new {Camel}Exception("{Clause}");|if ({word}.{camel} != null) ⟦|from {word} import {Camel}, {Camel}|@Test public void {camel}() ⟦|var {word}: [{Camel}: {Camel}] = [:]|// {Clause}.|/* {Title} */|/// {Clause}.|enum {Camel}: String ⟦|type {Camel} = {Camel} & {Camel}|{Camel}::{camel}()|print("{Clause}")|    self.{word} = {Camel}()|impl {Camel} for {Camel} ⟦|extends {Camel} implements {Camel}|FROM {word}:{num}\nRUN apt-get install {word}|SELECT {Word}, {Word} FROM {word} WHERE {Word} = {num}|export {UPPER}={num}|{UPPER}_{UPPER}={word}|kubectl get {word} -n {word}
"{word}": "{Word}"|"{word}": "{Title}"|"{camel}": ⟦"{word}": {num}, "{word}": "{word}"⟧|⟦"type": "{word}", "status": "{Word}", "title": "{Title}"⟧|"model": "{word}-{num}", "role": "user"|⟦"error": ⟦"code": {num}, "message": "{Clause}"⟧⟧|"description": "{Clause}."|<{Camel} {word}="{Word}">|<h1>{Title}</h1>|<div class="{word}-{word}">{Title}</div>|<string>{Word}</string>|¦ {Word} ¦ {Word} ¦ {Word} ¦|¦ {Word} ¦ {num} ¦ {num} ¦\n¦ {Word} ¦ {num} ¦ {num} ¦|{word}: {Word}|{word}:\n  {word}: {word}|{Word},{Word},{Word},{num}|{UPPER} {UPPER} {UPPER}|{UPPER}|[{UPPER}] {Clause}|{date} {UPPER} {Camel} - {Clause}|at {word}.{word}.{Camel}.{camel}({Camel}.java:{num})|Error: {Clause}|{Camel}Error: {Clause}|warning: {lower_clause}|WARNING: {Clause}|Note: {Clause}.|Example {num}: {Clause}.|Q: {Clause}?|A: {Clause}.|Step {num}: {Clause}.|User: {Clause}|Assistant: {Clause}.|System: {Clause}.|Human: {Clause}?|You are {Word}, a {adjective} assistant.|{Clause}, {Clause}.|{product} {num}.{num} released|Install {product} {num}.{num} with {Camel}.|Visit {email} or {org}.|Contact {org} at {email}.|visit us at www.{word}.com|{email}|{handle}@{word}.com|https://{word}.com/{Camel}/{Word}""".replace("\n", "|")

LISTS = {
    "closing": "Thanks|Regards|Best|Best regards|Kind regards|Sincerely|Cheers|Thank you|Many thanks|Yours|Warm regards|All the best|Yours sincerely|Take care|Respectfully|Thanks and regards|Best wishes|BR|Sincerely yours|Cordially|Talk soon|Thanks again",
    "Closing": "Thanks|Regards|Best|Best regards|Kind regards|Sincerely|Cheers|Thank You|Many Thanks|Best Regards|Warm Regards|Best Wishes|Yours Truly",
    "plain_greeting": "Sir|Madam|Sir or Madam|Sir/Madam|Customer|Team|All|Colleagues|Friends|Hiring Manager|Customer Service|Support Team|Editor|Valued Customer|Students|Parents|HR|Professor|Doctor|Mom|Dad|Committee Members",
    "all": "all|team|everyone|folks|guys|there|All|Team|Everyone|Guys|again|Folks|friends",
    "time": "today|yesterday|tomorrow|last week|on Monday|on Tuesday|on Friday|this morning|next week|in March|at noon|tonight|in 2019|on Thursday night|last Sunday|soon|again|before lunch|later|this year|right away|by Wednesday|two years ago|after the meeting",
    "about": "about the|about our|regarding the|about that|re the|concerning the",
    "noun": "report|invoice|meeting|contract|project|draft|budget|proposal|apartment|house|car|movie|book|song|restaurant|game|deal|payment|email|team|presentation|schedule|order|refund|account|ticket|review|pipeline|agreement|lawsuit|plan|phone|letter|photos|class|food|hotel|election|trial|server|bug|code|article|paper|dog|cat|family|job|interview|party|wedding|trip",
    "adjective": "great|terrible|new|old|friendly|professional|amazing|late|happy|good|bad|late again|very helpful|awesome|expensive|beautiful|small|rude|famous|funny|important|busy|popular|wonderful|ill|tall|interesting|impulsive|young|senior",
    "role": "manager|director|engineer|CEO|CFO|analyst|accountant|lawyer|teacher|nurse|developer|Sales Manager|Vice President|Head of Marketing|Senior Engineer|Product Owner|Project Manager|Account Executive|consultant|Chief Executive Officer|president|editor|architect|singer|actor|coach|professor|physician|Managing Director|Software Engineer|HR Business Partner|Executive Assistant|Attorney at Law|recruiter",
    "role_title": "President|Senator|Governor|Judge|Prime Minister|Chancellor|Coach|Officer|Detective|Minister|Chairman|Secretary|Mayor|Captain|Pastor|Doctor|Professor|General|Sheriff|Uncle|Aunt|Queen|King|Congressman|Ambassador|Director|Nurse|Justice|spokesman|lawyer|actor|actress|author|singer|director|spokeswoman|analyst|coach",
    "relative": "wife|husband|brother|sister|mother|father|son|daughter|friend|boss|colleague|cousin|uncle|aunt|girlfriend|boyfriend|neighbor|boss|doctor|lawyer|teacher|dog|grandmother|partner|assistant|landlord",
    "nationality": "American|German|French|British|Chinese|Japanese|Indian|Russian|Italian|Spanish|Dutch|Swedish|Iraqi|Iranian|Mexican|Brazilian|Canadian|Australian|Israeli|Arab|European|Korean|Turkish|Polish|English|Irish|African|Asian|Latin|Muslim|Christian|Jewish|Catholic|Greek|Hebrew|Arabic|Portuguese",
    "condition": "chest pain|a headache|stomach pain|fever|back pain|Parkinson's disease|Alzheimer's disease|Crohn's disease|diabetes|shortness of breath|Hodgkin lymphoma",
    "day": "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday",
    "month": "January|February|March|April|May|June|July|August|September|October|November|December",
    "street_word": "Street|St|St.|Road|Rd|Avenue|Ave|Ave.|Lane|Ln|Drive|Dr|Dr.|Way|Blvd|Boulevard|Court|Ct|Place|Square|Close|Terrace|Pass|Crossing|Union|Mews|Hill|Row|Gardens|Crescent|Parkway|Highway|Plaza|Trail|Bridge|Heights|Cove|Coves|Courts|Points|Squares|Parks|Point|Park|Grove",
    "street_before": "Via|Rue|Rue de|Avenue|Calle|Avenida|Av.|Rua|ul.|Ulica|Plaza|Piazza|Place|Corso|Paseo|Praça|Jalan|Boulevard|Allée|Carrer",
    "street_end": "straße|strasse|str.|weg|gasse|platz|allee|gatan|vägen|gata|vej|gade|veien|straat|laan|plein|katu|tie|kuja|stræti|gränd",
    "street_after": "utca|u.|tér|út|körút|krt.|Strasse|Straße|gate|tänav|iela|gatvė|Sokak|Caddesi|tn|sk.|köz|náměstí|ulica|cesta",
    "business_word": "Pizza|Restaurant|Cafe|Bakery|Auto Repair|Insurance|Motors|Law Firm|Law Offices|Karate|Grill|Bar|Diner|Pub|Salon|Dental|Plumbing|Realty|Farms|Winery|Books|Press|Steakhouse|Deli|Flowers|Jewelers|Motorsports|Hotel|Inn|School|College|Hospital|Funeral Home|Middle School|High School|Center|Clinic|Foundation|Museum|Theatre|Airport|Stadium|Prize|Award|Institute|Library|Cup|Bridge|Building",
    "trait": "broken|out of stock|on sale|slow|fast|crashing|too big|discontinued",
    "org_end": "Inc|Inc.|Ltd|LLC|Corp|Corporation|Group|GmbH|Holdings|Partners|Bank|Systems|Technologies|Foods|Airlines|Energy|Media|Capital|Consulting|Labs|Software|Industries|& Co|Associates|Insurance|Motors|Foundation|Pharmaceuticals|Solutions",
    "brand": "Google|Microsoft|Apple|Amazon|Facebook|Twitter|IBM|Oracle|Intel|Samsung|Toyota|Sony|Nike|Netflix|Uber|Tesla|Walmart|Starbucks|Honda|Ford|BMW|Enron|Citibank|Yahoo|Disney|CNN|BBC|Reuters|NASA|FBI|CIA|NATO|UN|EU|McDonald's|Wendy's|Macy's|Wells Fargo|JP Morgan|Morgan Stanley|Goldman Sachs|Merrill Lynch|Johnson & Johnson|Procter & Gamble|Ernst & Young|Al Qaeda|Hamas|Congress|Senate|Supreme Court|Republicans|Democrats|Manchester United|Real Madrid|Lakers|Yankees|Red Sox|Dell|Hewlett Packard|Philips|Siemens|Bosch|Adidas|Lufthansa|OpenAI|Anthropic|Presidio|Harvard|Stanford|Oxford University|Hilton|Marriott|Ben & Jerry's|Barnes & Noble|Trader Joe's|Domino's|Papa John's|Sainsbury's|Marks & Spencer",
    "product_name": "Windows|Word|Excel|Outlook|Photoshop|Chrome|Firefox|Android|iPhone|iPad|Galaxy|Linux|Ubuntu|Debian|Docker|Kubernetes|Python|Java|Swift|JavaScript|React|Angular|Postgres|Redis|Jenkins|Jira|Slack|Zoom|Teams|Alexa|Siri|Claude|ChatGPT|Gemini|Llama|Mistral|Cortana|Civic|Corolla|Model S|PlayStation|Xbox|Kindle|AirPods|Ruby|Julia|Pascal|Ada|Haskell|Rust|Django|Flask|Grafana|Prometheus|Hyperscan|Cassandra|Maven|Gradle|Node|Spark|Hadoop|Kafka|Tableau|Salesforce|Wikipedia|YouTube|Instagram|WhatsApp|Gmail|Harry Potter|Star Wars|Lord of the Rings|The Simpsons|Game of Thrones|Jeopardy|Monopoly|Bible|Quran|Nobel Prize|World War II|World Cup|Olympics|Super Bowl|Christmas|Easter|Ramadan|Thanksgiving|Halloween|Internet|Bluetooth|Markdown|JSON|Azure|Bedrock|Vertex",
    "ext": "txt|pdf|docx|py|swift|json|csv",
    "verbs": "is|was|has|had|will be|can be|should be|makes|takes|needs|gets|shows|uses|gives|wants|keeps",
    "subject": "the report|it|this|that|he|she|they|we|the team|our office|the price|the server|everything|nothing|the file|a user|the customer|the law|my order|the first one|which",
    "Subject": "The report|It|This|That|He|She|They|We|The team|Our office|The price|There|Everything|Nothing|The file|A user|The customer|You|My order|What|However|Also|Then|If you|When it|After that, it|In my opinion it|No one|Here|These|Someone|Both|Most of it|One of them",
    "rest": "not ready yet|ready|a good idea|too late|in the office|on the list|the best place to eat|out of order|done by Monday|very important to us|a lot of work|the same as before|under review|not working since yesterday|available in the store|sent to the wrong address|worth the price|what we want|going to be fine|the only way|missing a few things|at the end of the page|on time|part of the plan|kept for ten years|for sale|a matter of time|not what I expected|not my problem",
}


class Filler:
    """Fills templates; all chance comes from one generator."""

    def __init__(self, random, names, census, countries, cities, states, words):
        self.random = random
        self.locales = [names[key] for key in sorted(names)]
        self.english = [names[key] for key in sorted(names) if key in ("en_US", "en_GB", "en_IE", "en_NZ", "en", "en_IN")]
        self.male, self.female, self.family = census
        self.countries = sorted(countries)
        self.cities = [name for name, _ in sorted(cities.items(), key=lambda c: (-c[1], c[0]))]
        self.states = sorted(states)
        self.words = sorted(words)
        self.lists = {key: value.split("|") for key, value in LISTS.items()}

    def ranked(self, listed, span):
        """One of a list in order of frequency, the first more often."""
        return listed[int(min(len(listed), span) * self.random.random() ** 2)]

    def person(self):
        """A first and a family name that go together."""
        chance = self.random.random()
        if chance < 0.5:
            return self.ranked(self.male if self.random.random() < 0.5 else self.female, 1200), self.ranked(self.family, 30000)
        first, last = self.random.choice(self.english if chance < 0.6 else self.locales)
        pair = self.random.choice(first), self.random.choice(last)
        if chance > 0.92:
            pair = tuple(self.blend(n, self.random.choice(l)) for n, l in zip(pair, (first, last)))
        return pair

    def blend(self, a, b):
        """A name that no list has: the beginning of one and the end of another."""
        if len(a) < 4 or len(b) < 4 or " " in a + b or "-" in a + b:
            return a
        return a[: len(a) // 2 + 1] + b[-(len(b) // 2):].lower()

    def nonce(self):
        """A word that is none: as brands, hamlets and slips of the pen are."""
        a, b = self.word(), self.word()
        form = self.random.random()
        if form < 0.4:
            return a[: self.random.randint(2, 4)] + b[-self.random.randint(2, 5):]
        if form < 0.6:
            return a[: self.random.randint(2, 5)] + self.random.choice("ix ia o ly us ex on ora tech soft net mart ify eon ara um is el bot corp ville".split())
        if form < 0.8:
            place = self.random.randrange(len(a))
            return a[:place] + self.random.choice("aeioulnrst") + a[place + 1:]
        place = self.random.randrange(len(a))
        return a[:place] + a[place] * self.random.randint(1, 3) + a[place:]

    def initial(self):
        return self.random.choice("ABCDEFGHJKLMNPRSTVW") + (".", "")[self.random.random() < 0.25]

    def full(self):
        first, last = self.person()
        chance = self.random.random()
        if chance < 0.10:
            return f"{first} {self.initial()} {last}"
        if chance < 0.13:
            return f"{first} {self.person()[0]} {last}"
        if chance < 0.16:
            return f"{first} {last}-{self.person()[1]}"
        if chance < 0.20:
            particle = self.random.choice(["van", "van der", "de", "de la", "von", "bin", "al", "Van", "De", "da", "du", "di", "ter", "el"])
            return f"{first} {particle} {last}"
        if chance < 0.22:
            return f"{first} {self.random.choice(['O’', 'O' + chr(39), 'D’', 'Mc', 'Mac', 'D' + chr(39)])}{last}"
        if chance < 0.23:
            return f"{self.initial()} {last}"
        if chance < 0.24:
            return f"{first} {last} {self.random.choice(['Jr.', 'Jr', 'Sr.', 'III', 'II'])}"
        if chance < 0.245:
            return f"{first} {self.random.choice(['al-', 'Al-', 'el-', 'al-', 'ul-', 'Abu ', 'Ibn ', 'Ben '])}{last}"
        if chance < 0.25:
            return f"{first}-{self.person()[0]} {last}"
        return f"{first} {last}"

    def word(self):
        return self.random.choice(self.words)

    def clause(self):
        r = self.random
        form = r.random()
        if form < 0.6:
            return f"{r.choice(self.lists['subject'])} {r.choice(self.lists['verbs'])} {r.choice(self.lists['rest'])}"
        if form < 0.8:
            return f"the {self.word()} {r.choice(self.lists['verbs'])} {self.word()} {self.word()}"
        return f"{self.word()} the {self.word()} {r.choice(['and', 'of', 'in', 'for', 'with'])} {self.word()}"

    def Clause(self):
        r = self.random
        form = r.random()
        if form < 0.6:
            return f"{r.choice(self.lists['Subject'])} {r.choice(self.lists['verbs'])} {r.choice(self.lists['rest'])}"
        text = self.clause()
        return text[0].upper() + text[1:]

    def title(self):
        words = [self.word().capitalize() for _ in range(self.random.randint(1, 5))]
        if len(words) > 2 and self.random.random() < 0.5:
            words[1] = self.random.choice(["of", "and", "the", "for", "in", "to", "with", "&"])
        return " ".join(words)

    def city(self):
        if self.random.random() < 0.08:
            return self.nonce().capitalize()
        return self.cities[int(len(self.cities) * self.random.random() ** 3)]

    def organisation(self):
        r = self.random
        form = r.random()
        if form < 0.3:
            return r.choice(self.lists["brand"] + [brand.capitalize() for brand in BRANDS])
        if form < 0.45:
            return self.nonce().capitalize() + r.choice(["", "", " " + r.choice(self.lists["org_end"])])
        if form < 0.6:
            return f"{self.person()[1]} {r.choice(self.lists['org_end'])}"
        if form < 0.62:
            return f"{self.person()[1]}-{self.person()[1]}"
        if form < 0.64:
            return f"{self.person()[1]}, {self.person()[1]} and {self.person()[1]}"
        if form < 0.68:
            return f"{self.person()[1]} {r.choice(['&', 'and'])} {self.person()[1]}" + r.choice(["", " LLP", " Ltd", " Associates"])
        if form < 0.8:
            return f"{self.word().capitalize()} {r.choice(self.lists['org_end'])}"
        if form < 0.9:
            return r.choice(["University of {}", "{} University", "Bank of {}", "{} Times", "{} Police Department", "{} City Council", "{} United", "{} Hospital"]).format(self.city())
        return "".join(r.choice("ABCDEFGILMNOPRSTUW") for _ in range(r.randint(2, 5)))

    def street(self):
        r = self.random
        first, last = self.person()
        named = r.choice([last, last, first, f"{first} {last}", self.word().capitalize(), self.city()])
        form = r.random()
        if form < 0.5:
            return f"{named} {r.choice(self.lists['street_word'])}"
        if form < 0.75:
            return f"{r.choice(self.lists['street_before'])} {named}"
        if form < 0.9:
            return named + r.choice(self.lists["street_end"])
        return f"{named} {r.choice(self.lists['street_after'])}"

    def slot(self, name):
        """The text of a slot and the label of what it is, if it is a name."""
        r = self.random
        if name == "name":
            name = r.choice(["full", "full", "first", "first", "last"])
        if name == "full":
            return self.full(), "PER"
        if name == "first":
            return self.person()[0], "PER"
        if name == "last" and r.random() < 0.015:
            return r.choice(["al-", "Al-", "Abu ", "Van ", "De "]) + self.person()[1], "PER"
        if name == "people":
            return r.choice(PEOPLES).capitalize(), None
        if name == "last":
            return self.person()[1], "PER"
        if name in ("FIRST", "LAST"):
            return self.person()[name == "LAST"].upper(), "PER"
        if name == "person_org":
            return self.person()[0], "PER"
        if name == "hurricane":
            return self.person()[0], "OTHER"
        if name == "initials":
            return self.initial(), "PER"
        if name == "city":
            return self.city(), "LOC"
        if name == "country":
            return r.choice(self.countries), "LOC"
        if name == "state":
            return r.choice(self.states), "LOC"
        if name in ("place", "lower_place"):
            place = self.city() if r.random() < 0.6 else r.choice(self.countries)
            return place.lower() if name == "lower_place" else place, "LOC"
        if name == "org":
            return self.organisation(), "OTHER"
        if name == "product" and r.random() < 0.4:
            return self.nonce().capitalize(), "OTHER"
        if name in ("code", "Code", "CODE"):
            value = r.choice(CODE_WORDS)
            return (value if name == "code" else value.capitalize() if name == "Code" else value.upper()), None
        if name == "nonce":
            return self.nonce(), None
        if name == "typo":
            return self.nonce(), None
        if name == "Typo":
            return self.nonce().capitalize(), None
        if name == "product":
            return r.choice(self.lists["product_name"]), "OTHER"
        if name == "street":
            return self.street(), "LOC"
        if name == "business":
            owner = r.choice([self.person()[0] + r.choice(["'s", "'s", " 's", "s", "’s"]), self.person()[1], self.person()[1] + "'s", self.full()])
            return f"{owner} {r.choice(self.lists['business_word'])}", "OTHER"
        if name == "lower_clause":
            return self.clause(), None
        if name == "Clause":
            return self.Clause(), None
        if name == "Title":
            return self.title(), None
        if name == "TITLE":
            return self.title().upper(), None
        if name == "word":
            return self.word(), None
        if name == "Word":
            return self.word().capitalize(), None
        if name == "UPPER":
            return self.word().upper(), None
        if name in ("camel", "Camel"):
            words = [self.word().capitalize() for _ in range(r.randint(1 + (name == "camel"), 3))]
            text = "".join(words)
            return text if name == "Camel" else text[0].lower() + text[1:], None
        if name == "num":
            return str(r.randint(1, 10 ** r.randint(1, 5))), None
        if name == "year":
            return str(r.randint(1900, 2030)), None
        if name == "date":
            return r.choice([f"{r.randint(1, 12)}/{r.randint(1, 28)}/{r.randint(1960, 2026)}", f"{r.randint(1, 28)} {r.choice(self.lists['month'])} {r.randint(1960, 2026)}", f"{r.randint(1990, 2026)}-{r.randint(10, 12)}-{r.randint(10, 28)}"]), None
        if name == "phone":
            return f"{r.randint(200, 999)}-{r.randint(200, 999)}-{r.randint(1000, 9999)}", None
        if name in ("email", "handle"):
            first, last = self.person()
            handle = re.sub(r"[^a-z]", "", (first + r.choice(["", ".", "_"]) + last).lower()) + r.choice(["", str(r.randint(1, 99))])
            return (f"{handle}@{self.word()}.com" if name == "email" else handle), None
        if name in self.lists:
            return r.choice(self.lists[name]), None
        return r.choice(name.split("|")), None

    def fill(self, template):
        text, spans = "", []
        position = 0
        for match in re.finditer(r"\{([A-Za-z_]+(?:\|[^{}]*)?|[^{}\"|]+(?:\|[^{}\"]*)+)\}", template):
            text += template[position:match.start()]
            position = match.end()
            name = match.group(1)
            if name == "titled":
                text += self.random.choice(["Mr. ", "Mrs. ", "Ms. ", "Dr. ", "Mr ", "Mrs ", "Ms ", "Dr ", "Miss ", "Prof. ", "Professor ", "Sir ", "Herr ", "Frau ", "Capt. ",
                                            "Col. ", "Gen. ", "Rev. ", "Sgt. ", "Sheikh ", "Rabbi ", "Judge ", "Sen. ", "Gov. ", "Mme ",
                                            "Señor ", "Father ", "Imam ", "Bishop ", "Prophet ", "Uncle ", "Aunt "])
                name = self.random.choice(["last", "last", "full"])
            if name == "initial":
                # Belongs to the name before it.
                value = self.initial()
                text += value
                spans[-1] = (spans[-1][0], len(text), "PER")
                continue
            if name == "initial_last":
                value = self.person()[1][0] + "."
                text += value
                spans[-1] = (spans[-1][0], len(text), "PER")
                continue
            value, label = self.slot(name)
            if label:
                # A first name and a family name in a row are one person.
                if spans and spans[-1][2] == label == "PER" and text[spans[-1][1]:] in (" ",) and name in ("last", "LAST"):
                    spans[-1] = (spans[-1][0], len(text) + len(value), label)
                else:
                    spans.append((len(text), len(text) + len(value), label))
            text += value
        text += template[position:]
        for mark, meant in (("⟦", "{"), ("⟧", "}"), ("¦", "|")):
            text = text.replace(mark, meant)
        return text, spans


def join(pieces, separator):
    text, spans = "", []
    for piece, found in pieces:
        if text:
            text += separator
        spans += [(a + len(text), b + len(text), kind) for a, b, kind in found]
        text += piece
    return text, spans


def split(templates):
    """Templates from a list in which `|` within braces does not separate."""
    found, depth, current = [], 0, ""
    for character in templates:
        if character == "{":
            depth += 1
        elif character == "}":
            depth = max(0, depth - 1)
        if character == "|" and depth == 0:
            if current.strip():
                found.append(current.strip(" ").replace("\\n", "\n"))
            current = ""
        else:
            current += character
    if current.strip():
        found.append(current.strip(" ").replace("\\n", "\n"))
    return found


def recase(text, spans, random):
    """Now and then a text in small letters, in capitals, or with each word's first letter large."""
    chance = random.random()
    if chance < 0.08:
        other = text.lower()
    elif chance < 0.12:
        other = text.upper()
    else:
        return text, spans
    return (other, spans) if len(other) == len(text) else (text, spans)


def cut(text, spans, random):
    """Now and then a text as corpora cut it, with spaces before endings and punctuation."""
    if random.random() > 0.2:
        return text, spans
    everything = random.random() < 0.5
    pattern = r"(?<=\w)(?='s\b)|(?<=[\w)])(?=[,.!?;:](?:\s|$))" if everything else r"(?<=\w)(?='s\b)"
    places = [match.start() for match in re.finditer(pattern, text)]
    for place in reversed(places):
        # An initial or a title keeps its full stop.
        if text[place] == "." and re.search(r"(?:\b\w|Mr|Mrs|Ms|Dr|Prof|Jr|Sr|Capt|Gen|Col|Rev|Sen|Gov|St)$", text[:place]):
            continue
        text = text[:place] + " " + text[place:]
        spans = [(a + (a >= place), b + (b > place), kind) for a, b, kind in spans]
    return text, spans


def generate(filler, count):
    """Texts with spans."""
    random = filler.random
    clauses, places, negatives, code = split(CLAUSES), split(PLACES), split(NEGATIVES), split(CODE)
    for _ in range(count):
        chance = random.random()
        if chance < 0.12:
            pieces = [filler.fill(random.choice(MAIL_OPENINGS))]
            body = [filler.fill(random.choice(clauses if random.random() < 0.5 else negatives[:2])) for _ in range(random.randint(1, 3))]
            pieces.append(join(body, " "))
            pieces.append(filler.fill(random.choice(MAIL_CLOSINGS)))
            text, spans = join(pieces, random.choice(["\n", "\n\n", "\n\n", " "]))
        elif chance < 0.18:
            text, spans = filler.fill(random.choice(MAIL_OPENINGS))
        elif chance < 0.24:
            text, spans = filler.fill(random.choice(MAIL_CLOSINGS))
        elif chance < 0.58:
            text, spans = filler.fill(random.choice(clauses))
        elif chance < 0.68:
            text, spans = filler.fill(random.choice(places))
        elif chance < 0.86:
            text, spans = filler.fill(random.choice(negatives))
        elif chance < 0.94:
            text, spans = join([filler.fill(random.choice(code)) for _ in range(random.randint(1, 3))], "\n")
        else:
            kinds = [clauses, places, negatives, clauses]
            text, spans = join([filler.fill(random.choice(random.choice(kinds))) for _ in range(random.randint(2, 4))],
                               random.choice([" ", "\n", " "]))
        yield encode(*cut(*recase(text, spans, random), random))


def replaced(words, filler):
    """A sentence of a corpus with other names in the places of its persons and places."""
    import corpora

    random = filler.random
    out, position = [], 0
    for a, b, kind in corpora.spans_of(words):
        out += words[position:a]
        position = b
        new = None
        if kind == "PER" and words[a][0][0].isupper() and words[a][0].isalpha():
            if b - a == 1:
                new = filler.person()[random.random() < 0.4]
            elif b - a == 2:
                new = " ".join(filler.person())
            else:
                new = filler.full()
        elif kind == "LOC" and words[a][0][0].isupper() and random.random() < 0.7:
            new = filler.slot("place")[0]
        if new is None:
            out += words[a:b]
        else:
            out += [(w, ("B-" if i == 0 else "I-") + kind) for i, w in enumerate(new.split())]
    return out + words[position:]
