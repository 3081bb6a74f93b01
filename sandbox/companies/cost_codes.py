"""The builder's cost types and its two-level cost code list: 25 divisions and 175 codes beneath them."""

from __future__ import annotations

from typing import NamedTuple

from sandbox.companies.model import CostCode, CostType

COST_TYPES = (
    CostType("L", "Labor", "labor", "5010"),
    CostType("M", "Materials", "materials", "5020"),
    CostType("E", "Equipment", "equipment", "5030"),
    CostType("SUB", "Subcontract", "commitment", "5040"),
    CostType("O", "Other", "other", "5050"),
)

INACTIVE = {"01-580", "02-850", "13-280", "27-320"}


class Division(NamedTuple):
    """``codes`` maps the last three digits to the name; each takes all the ``cost_types``, the division itself none."""

    name: str
    cost_types: str
    codes: dict[str, str]


DIVISIONS: dict[str, Division] = {
    "01": Division(
        "General Requirements",
        "L M E O",
        {
            "110": "Project Supervision",
            "310": "Project Coordination",
            "320": "Scheduling",
            "410": "Permits and Fees",
            "450": "Quality Control and Testing",
            "510": "Temporary Utilities",
            "520": "Site Offices",
            "540": "Construction Aids and Scaffolding",
            "560": "Temporary Barriers and Fencing",
            "570": "Erosion Control Maintenance",
            "580": "Project Signage",
            "740": "Progress and Final Cleaning",
            "770": "Closeout Documents",
        },
    ),
    "02": Division(
        "Existing Conditions",
        "L E SUB",
        {
            "210": "Surveys",
            "320": "Geotechnical Investigation",
            "410": "Selective Demolition",
            "420": "Structure Demolition",
            "820": "Asbestos Abatement",
            "850": "Mold Remediation",
        },
    ),
    "03": Division(
        "Concrete",
        "L M E SUB",
        {
            "100": "Concrete Forming",
            "150": "Concrete Accessories",
            "200": "Concrete Reinforcing",
            "300": "Cast-in-Place Concrete",
            "350": "Concrete Finishing",
            "370": "Shotcrete",
            "400": "Precast Concrete",
            "450": "Architectural Precast",
            "600": "Grouting",
            "800": "Concrete Cutting and Boring",
        },
    ),
    "04": Division(
        "Masonry",
        "L M SUB",
        {
            "050": "Masonry Mortar and Anchorage",
            "210": "Brick Masonry",
            "220": "Concrete Unit Masonry",
            "270": "Glass Unit Masonry",
            "430": "Stone Masonry",
            "720": "Cast Stone Trim",
        },
    ),
    "05": Division(
        "Metals",
        "L M E SUB",
        {
            "050": "Metal Fastenings",
            "120": "Structural Steel Framing",
            "210": "Steel Joists",
            "310": "Steel Decking",
            "400": "Cold-Formed Metal Framing",
            "500": "Miscellaneous Metal Fabrications",
            "510": "Metal Stairs",
            "520": "Handrails and Railings",
            "530": "Metal Gratings",
        },
    ),
    "06": Division(
        "Wood, Plastics, and Composites",
        "L M SUB",
        {
            "100": "Rough Carpentry",
            "160": "Sheathing",
            "170": "Glued-Laminated Timber",
            "200": "Finish Carpentry",
            "410": "Architectural Casework",
            "610": "Solid Surface Fabrications",
        },
    ),
    "07": Division(
        "Thermal and Moisture Protection",
        "L M SUB",
        {
            "110": "Dampproofing",
            "130": "Sheet Waterproofing",
            "210": "Thermal Insulation",
            "270": "Air Barriers",
            "420": "Metal Wall Panels",
            "540": "Membrane Roofing",
            "620": "Sheet Metal Flashing",
            "840": "Firestopping",
            "920": "Joint Sealants",
        },
    ),
    "08": Division(
        "Openings",
        "L M SUB",
        {
            "110": "Steel Doors and Frames",
            "140": "Wood Doors",
            "330": "Coiling Doors",
            "410": "Storefront Entrances",
            "440": "Glazed Curtain Wall",
            "510": "Aluminum Windows",
            "710": "Door Hardware",
            "800": "Glazing",
        },
    ),
    "09": Division(
        "Finishes",
        "L M SUB",
        {
            "210": "Plaster and Gypsum Assemblies",
            "290": "Gypsum Board",
            "300": "Tiling",
            "510": "Acoustical Ceilings",
            "640": "Wood Flooring",
            "650": "Resilient Flooring",
            "660": "Terrazzo Flooring",
            "680": "Carpeting",
            "840": "Acoustic Wall Treatment",
            "910": "Painting and Coating",
        },
    ),
    "10": Division(
        "Specialties",
        "M SUB",
        {
            "110": "Visual Display Boards",
            "140": "Signage and Wayfinding",
            "210": "Toilet Compartments",
            "260": "Wall and Corner Protection",
            "280": "Toilet Accessories",
            "440": "Fire Extinguishers and Cabinets",
            "510": "Lockers",
        },
    ),
    "11": Division(
        "Equipment",
        "M SUB",
        {
            "120": "Vehicle and Pedestrian Equipment",
            "130": "Loading Dock Equipment",
            "310": "Appliances",
            "400": "Food Service Equipment",
            "520": "Projection Screens",
            "660": "Gymnasium Equipment",
            "700": "Healthcare Equipment",
        },
    ),
    "12": Division(
        "Furnishings",
        "M SUB",
        {
            "240": "Window Shades",
            "320": "Manufactured Casework",
            "360": "Countertops",
            "480": "Entrance Mats and Frames",
            "560": "Institutional Furniture",
            "610": "Fixed Audience Seating",
        },
    ),
    "13": Division(
        "Special Construction",
        "M SUB",
        {
            "120": "Pre-Engineered Structures",
            "210": "Controlled Environment Rooms",
            "280": "Hazardous Material Remediation Units",
            "340": "Fabricated Engineered Structures",
            "490": "Radiation Protection",
        },
    ),
    "14": Division(
        "Conveying Equipment",
        "SUB",
        {
            "210": "Electric Traction Elevators",
            "240": "Hydraulic Elevators",
            "310": "Escalators",
            "320": "Moving Walks",
            "420": "Wheelchair Lifts",
        },
    ),
    "21": Division(
        "Fire Suppression",
        "M SUB",
        {
            "050": "Fire Suppression Piping",
            "100": "Fire Standpipes",
            "130": "Fire Sprinkler Systems",
            "220": "Clean Agent Systems",
            "300": "Fire Pumps",
        },
    ),
    "22": Division(
        "Plumbing",
        "L M SUB",
        {
            "050": "Plumbing Supports and Valves",
            "070": "Plumbing Insulation",
            "110": "Domestic Water Piping",
            "130": "Sanitary Waste Piping",
            "140": "Storm Drainage Piping",
            "330": "Domestic Water Heaters",
            "400": "Plumbing Fixtures",
            "600": "Medical Gas Systems",
        },
    ),
    "23": Division(
        "Heating, Ventilating, and Air Conditioning",
        "L M SUB",
        {
            "050": "HVAC Supports and Identification",
            "070": "HVAC Insulation",
            "090": "HVAC Controls",
            "210": "Hydronic Piping",
            "310": "Ductwork",
            "340": "HVAC Fans",
            "590": "Testing, Adjusting, and Balancing",
            "640": "Chillers",
            "730": "Air Handling Units",
        },
    ),
    "26": Division(
        "Electrical",
        "L M E SUB",
        {
            "050": "Electrical Basic Materials",
            "120": "Medium-Voltage Equipment",
            "220": "Low-Voltage Transformers",
            "240": "Switchboards and Panelboards",
            "270": "Wiring Devices",
            "320": "Generator Sets",
            "360": "Transfer Switches",
            "410": "Lightning Protection",
            "510": "Interior Lighting",
            "560": "Exterior Lighting",
        },
    ),
    "27": Division(
        "Communications",
        "M SUB",
        {
            "050": "Communications Pathways",
            "110": "Communications Rooms",
            "150": "Structured Cabling",
            "320": "Telephone Handsets",
            "410": "Audio-Video Systems",
            "510": "Public Address Systems",
        },
    ),
    "28": Division(
        "Electronic Safety and Security",
        "M SUB",
        {
            "100": "Access Control",
            "160": "Intrusion Detection",
            "230": "Video Surveillance",
            "310": "Fire Detection and Alarm",
            "470": "Mass Notification",
        },
    ),
    "31": Division(
        "Earthwork",
        "L M E SUB",
        {
            "110": "Clearing and Grubbing",
            "220": "Rough Grading",
            "230": "Excavation and Fill",
            "250": "Erosion and Sediment Controls",
            "410": "Shoring",
            "620": "Driven Piles",
            "630": "Bored Piles",
        },
    ),
    "32": Division(
        "Exterior Improvements",
        "L M E SUB",
        {
            "110": "Base Courses",
            "120": "Asphalt Paving",
            "130": "Concrete Paving",
            "170": "Pavement Markings",
            "310": "Fences and Gates",
            "840": "Irrigation",
            "900": "Planting",
        },
    ),
    "33": Division(
        "Utilities",
        "L M E SUB",
        {
            "110": "Water Distribution",
            "310": "Sanitary Sewerage",
            "410": "Storm Drainage",
            "510": "Natural Gas Distribution",
            "710": "Electrical Distribution",
        },
    ),
    "34": Division(
        "Transportation",
        "M SUB",
        {
            "110": "Rail Tracks",
            "410": "Traffic Signals",
            "710": "Roadway Barriers",
        },
    ),
    "35": Division(
        "Waterway and Marine Construction",
        "L M E SUB",
        {
            "200": "Dredging",
            "310": "Revetments",
            "590": "Marine Fenders",
        },
    ),
}


def cost_codes() -> tuple[CostCode, ...]:
    """Every division followed by its codes, in order of the code."""
    codes: list[CostCode] = []
    for number, division in DIVISIONS.items():
        parent = f"{number}-000"
        codes.append(CostCode(parent, division.name, None, ()))
        for suffix, name in division.codes.items():
            code = f"{number}-{suffix}"
            codes.append(CostCode(code, name, parent, tuple(division.cost_types.split()), code not in INACTIVE))
    return tuple(codes)


def codes_of(*divisions: str) -> tuple[str, ...]:
    """The active codes of these divisions, the divisions themselves included: a job's own list."""
    return tuple(code.code for code in cost_codes() if code.active and code.code[:2] in divisions)
