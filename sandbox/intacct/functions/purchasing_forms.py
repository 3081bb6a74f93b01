"""The order of elements in purchasing functions: the documentation's tables, checked to the last element.

As far as ``billable`` the order agrees with what the official SDKs write [S]; the tail stands in the tables only [?].
Source: purchasing/purchasing-transactions, create, update, partial update.
"""

from __future__ import annotations

from sandbox.intacct.grammar import Choice, Element, Sequence, many, may, need, optional

DATE: Sequence = (need("year"), need("month"), need("day"))
CONTACT: Sequence = (need("contactname"),)
CUSTOM_FIELDS = may("customfields", (many("customfield", (may("customfieldname"), may("customfieldvalue"))),))
_RATE = Choice((may("exchratetype"), may("exchrate")))
_CURRENCY: Sequence = (*optional("basecurr currency"), may("exchratedate", DATE), _RATE)
_SCHEDULE: Sequence = tuple(
    may(name, DATE)
    for name in (
        *("needbydate", "donotshipbeforedate", "donotshipafterdate", "promiseddate"),
        *("contractstartdate", "contractenddate", "cancelafterdate"),
    )
)
_CONSTRUCTION = optional(
    "scope inclusions exclusions terms schedulestartdate actualstartdate scheduledcompletiondate revisedcompletiondate "
    "substantialcompletiondate actualcompletiondate noticetoproceed responsedue executedon scheduleimpact "
    "internalrefno internalinitiatedby internalverbalby internalissuedby internalissuedon internalapprovedby "
    "internalapprovedon internalsignedby internalsignedon internalsource internalsourcerefno "
    "externalrefno externalverbalby externalapprovedby externalapprovedon externalsignedby externalsignedon "
    "performancebondrequired performancebondreceived performancebondamount performancesuretycompany "
    "paymentbondrequired paymentbondreceived paymentbondamount paymentsuretycompany"
)
_LINE_DATES: Sequence = tuple(
    may(name, DATE)
    for name in (
        *("needbydate", "donotshipbeforedate", "donotshipafterdate", "promiseddate"),
        *("dateconfirmed", "cancelafterdate", "dateshiptosupplier"),
    )
)
_DIMENSIONS = optional("projectid taskid costtypeid customerid vendorid employeeid classid contractid billable")
_FORM_1099 = optional("form1099 form1099type form1099box")
_RETAINAGE = optional("retainagepercentage trx_amountretained")
_RELATED = optional("relateddockey relateddoclinekey")
_CONVERSION = optional("conversiontype partialexempt paymenttaxcapture reverseconversion")
_TAIL: Sequence = (may("linesubtotals", "anything"), *optional("taxscxheduleid sourcedocid sourcedoclineid"))

LINE: Sequence = (
    need("itemid"),
    *optional("itemaliasid itemdesc taxable warehouseid"),
    need("quantity"),
    *optional("unit linelevelsimpletaxtype price sourcelinekey overridetaxamount"),
    may("deliverto", CONTACT),
    *optional("tax locationid departmentid memo"),
    may("itemdetails", "anything"),
    *_FORM_1099,
    CUSTOM_FIELDS,
    *_DIMENSIONS,
    *_LINE_DATES,
    *optional("allocationid"),
    *_RETAINAGE,
    *_RELATED,
    *_CONVERSION,
    *_TAIL,
)
CHANGED_LINE: Sequence = (
    *optional("itemid itemaliasid itemdesc taxable warehouseid quantity unit linelevelsimpletaxtype price"),
    may("deliverto", CONTACT),
    *optional("locationid departmentid memo"),
    may("itemdetails", "anything"),
    *_FORM_1099,
    CUSTOM_FIELDS,
    *_DIMENSIONS,
    *_LINE_DATES,
    *optional("allocationid"),
    *_RELATED,
    *_RETAINAGE,
    *_CONVERSION,
    *_TAIL,
)

CREATE = need(
    "create_potransaction",
    (
        need("transactiontype"),
        need("datecreated", DATE),
        may("dateposted", DATE),
        may("createdfrom"),
        need("vendorid"),
        *optional("documentno referenceno vendordocno termname"),
        may("datedue", DATE),
        *optional("message shippingmethod"),
        need("returnto", CONTACT),
        need("payto", CONTACT),
        may("deliverto", CONTACT),
        *optional("supdocid externalid"),
        *_CURRENCY,
        CUSTOM_FIELDS,
        *optional("state projectid changelognumber"),
        *_SCHEDULE,
        *_CONSTRUCTION,
        *optional("taxsolutionid"),
        need("potransitems", (many("potransitem", LINE, required=True),)),
        may("subtotals", "anything"),
    ),
)
UPDATE = Element(
    "update_potransaction",
    (
        may("datecreated", DATE),
        may("dateposted", DATE),
        *optional("referenceno vendordocno termname"),
        may("datedue", DATE),
        *optional("message shippingmethod"),
        may("returnto", CONTACT),
        may("payto", CONTACT),
        may("deliverto", CONTACT),
        *optional("supdocid externalid"),
        *_CURRENCY,
        CUSTOM_FIELDS,
        *optional("state projectid changelognumber"),
        *_SCHEDULE,
        *_CONSTRUCTION,
        may(
            "updatepotransitems",
            (
                Choice(
                    (need("updatepotransitem", CHANGED_LINE, "line_num"), need("potransitem", LINE)),
                    required=True,
                    repeated=True,
                ),
            ),
        ),
        may("updatesubtotals", "anything"),
    ),
    attributes=("key",),
)
PARTIAL_UPDATE = Element("partialupdate_potransaction", (may("dateposted", DATE),), attributes=("key",))
DELETE = Element("delete_potransaction", (), attributes=("key",))
HISTORY = need("getApprovalHistory", (need("module"), need("docid")))
