"""Lists of a clinic that does not exist, made up for these tests, as services would write them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter

ENTRA_USERS = """\
userPrincipalName,displayName,surname,mail,givenName,id,userType,jobTitle,department,accountEnabled,\
usageLocation,streetAddress,state,country,officeLocation,city,postalCode,telephoneNumber,mobilePhone,\
alternateEmailAddress,ageGroup,consentProvidedForMinor,legalAgeGroupClassification,companyName,creationType,\
directorySynced,invitationState,identityIssuer,createdDateTime
ada@clinic.example,Ada Example,Example,ada@clinic.example,Ada,00000000-0000-4000-8000-000000000001,Member,,,\
True,DE,,,,,,,,,,,,,,,,,clinic.example,8/19/2021 1:25:31 PM
ben@clinic.example,Ben Example,Example,ben@clinic.example,Ben,00000000-0000-4000-8000-000000000002,Member,,,\
False,DE,,,,,,,,,,,,,,,,,clinic.example,3/4/2022 9:05:00 AM
cleo_partner.example#EXT#@clinic.example,"Cleo, of the tax adviser",,cleo@partner.example,,\
00000000-0000-4000-8000-000000000003,Guest,,,True,,,,,,,,,,,,,,,Invitation,,Accepted,clinic.example,\
11/2/2025 4:00:00 PM
"""

ENTRA_FACTORS = """\
userPrincipalName,userDisplayName,userType,isAdmin,isSsprRegistered,isSsprEnabled,isSsprCapable,\
isMfaRegistered,isMfaCapable,isPasswordlessCapable,methodsRegistered,defaultMfaMethod,lastUpdatedDateTime
ada@clinic.example,Ada Example,member,True,True,True,True,True,True,True,\
"microsoftAuthenticatorPush,windowsHelloForBusiness",microsoftAuthenticatorPush,11/27/2026 6:00:00 AM
cleo_partner.example#EXT#@clinic.example,"Cleo, of the tax adviser",guest,False,False,False,False,False,\
False,False,,none,11/27/2026 6:00:00 AM
"""

GOOGLE_USERS = """\
First Name [Required],Last Name [Required],Email Address [Required],Password [Required],\
Password Hash Function [UPLOAD ONLY],Org Unit Path [Required],New Primary Email [UPLOAD ONLY],\
Status [READ ONLY],Last Sign In [READ ONLY],Recovery Email,2sv Enrolled [READ ONLY],2sv Enforced [READ ONLY]
Ada,Example,ada@clinic.example,****,,/,,Active,2026/11/20 08:15:00,,True,True
Ben,Example,ben@clinic.example,****,,/,,Suspended,2024/01/05 17:00:00,,False,False
Scan,Desk,scan@clinic.example,****,,/Machines,,Active,Never logged in,,False,False
"""

GOOGLE_STAFF = """\
First Name [Required],Last Name [Required],Email Address [Required],Org Unit Path [Required],\
Status [READ ONLY],Employee ID,Employee Title,Manager Email,Department
Ada,Example,ada@clinic.example,/,Active,17,Nurse,fay@clinic.example,Ward 3
Fay,Example,fay@clinic.example,/,Active,18,Head nurse,,Ward 3
"""

INTUNE_DEVICES = """\
Device ID,Device name,Enrollment date,Last check-in,Azure AD Device ID,OS version,Serial number,Manufacturer,\
Model,Compliance,Ownership,Encrypted,OS,Primary user UPN
d-1,LAPTOP-7,1/5/2025 8:00:00 AM,11/27/2026 7:12:00 AM,aad-1,10.0.26100.1,SN0001,Maker,One,Compliant,\
Corporate,True,Windows,ada@clinic.example
d-2,iPad,2/6/2025 8:00:00 AM,9/1/2026 7:12:00 AM,aad-2,18.1,SN0002,Maker,Pad,Noncompliant,Corporate,True,\
iOS/iPadOS,ben@clinic.example
d-3,iPad,2/6/2025 8:00:00 AM,11/26/2026 7:12:00 AM,aad-3,18.1,SN0003,Maker,Pad,Not evaluated,Corporate,,\
iOS/iPadOS,
"""


def book(
    rows: Iterable[Sequence[Any]], *, name: str = "List", others: Sequence[tuple[str, bool]] = ()
) -> bytes:
    """A workbook with a sheet of these rows and, after it, empty sheets, each (name, hidden)."""
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"})
    sheet = workbook.add_worksheet(name)
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(number, column, value)
            elif value is not None:
                sheet.write(number, column, value)
    for other, hidden in others:
        added = workbook.add_worksheet(other)
        added.write(0, 0, "other")
        if hidden:
            added.hide()
    workbook.close()
    return buffer.getvalue()
