"""Countries and states: Procore writes ISO 3166 codes (``US``, ``WA``), Intacct a country's name (``United States``) and a state as
typed. Here both are codes, a state that has none stays as it was typed.

Procore: "Working with Country Codes" [D]. Intacct: contacts, ``MAILADDRESS.COUNTRY`` takes a name of its own list [D]; the names are
the ISO short ones in their everyday form [?].
"""

from __future__ import annotations

import re
from typing import Final

from connector.core.codecs import TEXT, Codec

_COUNTRIES: Final = """\
AE United Arab Emirates|AF Afghanistan|AG Antigua and Barbuda|AL Albania|AM Armenia|AO Angola|AR Argentina|AT Austria|AU Australia
AW Aruba|AZ Azerbaijan|BA Bosnia and Herzegovina|BB Barbados|BD Bangladesh|BE Belgium|BF Burkina Faso|BG Bulgaria|BH Bahrain|BI Burundi
BJ Benin|BM Bermuda|BN Brunei Darussalam|BO Bolivia|BR Brazil|BS Bahamas|BT Bhutan|BW Botswana|BY Belarus|BZ Belize|CA Canada
CD Congo, Democratic Republic of the|CF Central African Republic|CG Congo|CH Switzerland|CI Cote d'Ivoire|CL Chile|CM Cameroon|CN China
CO Colombia|CR Costa Rica|CU Cuba|CV Cape Verde|CY Cyprus|CZ Czech Republic|DE Germany|DJ Djibouti|DK Denmark|DM Dominica
DO Dominican Republic|DZ Algeria|EC Ecuador|EE Estonia|EG Egypt|ER Eritrea|ES Spain|ET Ethiopia|FI Finland|FJ Fiji|FR France|GA Gabon
GB United Kingdom|GD Grenada|GE Georgia|GH Ghana|GI Gibraltar|GL Greenland|GM Gambia|GN Guinea|GQ Equatorial Guinea|GR Greece
GT Guatemala|GU Guam|GW Guinea-Bissau|GY Guyana|HK Hong Kong|HN Honduras|HR Croatia|HT Haiti|HU Hungary|ID Indonesia|IE Ireland
IL Israel|IN India|IQ Iraq|IR Iran|IS Iceland|IT Italy|JE Jersey|JM Jamaica|JO Jordan|JP Japan|KE Kenya|KG Kyrgyzstan|KH Cambodia
KI Kiribati|KM Comoros|KN Saint Kitts and Nevis|KR Korea, Republic of|KW Kuwait|KY Cayman Islands|KZ Kazakhstan|LA Laos|LB Lebanon
LC Saint Lucia|LI Liechtenstein|LK Sri Lanka|LR Liberia|LS Lesotho|LT Lithuania|LU Luxembourg|LV Latvia|LY Libya|MA Morocco|MC Monaco
MD Moldova|ME Montenegro|MG Madagascar|MK Macedonia|ML Mali|MM Myanmar|MN Mongolia|MO Macao|MR Mauritania|MT Malta|MU Mauritius
MV Maldives|MW Malawi|MX Mexico|MY Malaysia|MZ Mozambique|NA Namibia|NE Niger|NG Nigeria|NI Nicaragua|NL Netherlands|NO Norway|NP Nepal
NZ New Zealand|OM Oman|PA Panama|PE Peru|PG Papua New Guinea|PH Philippines|PK Pakistan|PL Poland|PR Puerto Rico|PT Portugal|PY Paraguay
QA Qatar|RO Romania|RS Serbia|RU Russian Federation|RW Rwanda|SA Saudi Arabia|SB Solomon Islands|SC Seychelles|SD Sudan|SE Sweden
SG Singapore|SI Slovenia|SK Slovakia|SL Sierra Leone|SM San Marino|SN Senegal|SO Somalia|SR Suriname|SV El Salvador|SY Syria|SZ Swaziland
TC Turks and Caicos Islands|TD Chad|TG Togo|TH Thailand|TJ Tajikistan|TM Turkmenistan|TN Tunisia|TO Tonga|TR Turkey
TT Trinidad and Tobago|TW Taiwan|TZ Tanzania|UA Ukraine|UG Uganda|US United States|UY Uruguay|UZ Uzbekistan|VC Saint Vincent
VE Venezuela|VG Virgin Islands, British|VI Virgin Islands, U.S.|VN Vietnam|VU Vanuatu|WS Samoa|YE Yemen|ZA South Africa|ZM Zambia
ZW Zimbabwe"""
_STATES: Final = """\
AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware|DC District of Columbia|FL Florida
GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas|KY Kentucky|LA Louisiana|ME Maine|MD Maryland|MA Massachusetts
MI Michigan|MN Minnesota|MS Mississippi|MO Missouri|MT Montana|NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico
NY New York|NC North Carolina|ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|RI Rhode Island|SC South Carolina
SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|VA Virginia|WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming
AB Alberta|BC British Columbia|MB Manitoba|NB New Brunswick|NL Newfoundland and Labrador|NS Nova Scotia|NT Northwest Territories
NU Nunavut|ON Ontario|PE Prince Edward Island|QC Quebec|SK Saskatchewan|YT Yukon
ACT Australian Capital Territory|NSW New South Wales|QLD Queensland|SA South Australia|TAS Tasmania|VIC Victoria"""
_ALIASES: Final = {"united states of america": "US", "usa": "US", "great britain": "GB", "south korea": "KR", "russia": "RU"}


def _table(text: str) -> dict[str, str]:
    """Name by code."""
    return dict(entry.split(" ", 1) for line in text.splitlines() for entry in line.split("|"))


_NAMES: Final = _table(_COUNTRIES)
_CODES: Final = {name.lower(): code for code, name in _NAMES.items()} | _ALIASES
_STATE_CODES: Final = {name.lower(): code for code, name in _table(_STATES).items()}
_STATE_CODE: Final = re.compile(r"[A-Z0-9]{1,3}")


def _country(value: object) -> str:
    word = TEXT.read(value)
    code: str = _CODES.get(word.lower(), word.upper())
    if code not in _NAMES:
        msg = f"{word!r} is no country that both systems know"
        raise ValueError(msg)
    return code


def _state(value: object) -> str:
    word: str = TEXT.read(value)
    short = word.upper()
    return _STATE_CODES.get(word.lower(), short if _STATE_CODE.fullmatch(short) else word)


COUNTRY_CODE: Final = Codec("country code", _country, str, tuple(_NAMES))
COUNTRY_NAME: Final = Codec("name of a country", _country, _NAMES.__getitem__, tuple(_NAMES))
STATE: Final = Codec("state", _state, str)
STATE_CODE: Final = Codec("state code", _state, lambda value: value if _STATE_CODE.fullmatch(value) else None)
"""Writes nothing for a state without a code: Procore refuses anything else."""
