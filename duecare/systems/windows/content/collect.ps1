<#
.SYNOPSIS
Gathers the security facts of this Windows computer and writes them as one JSON report for Duecare.

.DESCRIPTION
Format duecare-report/1 (docs/report-format.md). Windows PowerShell 5.1 or PowerShell 7 on Windows 10, 11 or
Server 2016 and later; nothing to install. It changes nothing, opens no network connection, and takes up no
secret. What cannot be read is reported with the reason; what an administrator could also read is named.
Updates are searched for offline, in what Windows Update itself found at its last search.

.PARAMETER Out
Write the report to this file; without it to standard output.

.PARAMETER State
Remember in this file when each update was first seen on offer.

.EXAMPLE
powershell -NoProfile -ExecutionPolicy Bypass -File collect.ps1 -Out report.json -State state.json
#>
[CmdletBinding()]
param(
    [string]$Out,
    [string]$State
)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$WarningPreference = 'SilentlyContinue'

$Version = '1'
$ProblemLimit = 100
$TextLimit = 4000
$Started = [DateTime]::UtcNow
$Culture = [System.Globalization.CultureInfo]::InvariantCulture

# -- What a section notes while it looks ----------------------------------------------------------------------

$script:Problems = $null
$script:Details = $null
$script:Sources = $null
$script:Absent = $false
$script:Wanted = $null

function Test-Administrator {
    $me = New-Object System.Security.Principal.WindowsPrincipal(
        [System.Security.Principal.WindowsIdentity]::GetCurrent())
    return $me.IsInRole([System.Security.Principal.WindowsBuiltInRole]::Administrator)
}

function Add-Source([string[]]$Names) {
    foreach ($name in $Names) {
        if (-not $script:Sources.Contains($name)) { [void]$script:Sources.Add($name) }
    }
}

# A thing that could not be read. A detail only leaves fields of a list's members null; -Admin: an
# administrator may read it.
function Add-Problem([string]$What, $Reason, [switch]$Detail, [switch]$Admin) {
    $words = [string]$Reason
    $denied = $false
    if ($Reason -is [System.Management.Automation.ErrorRecord]) {
        $cause = $Reason.Exception.GetBaseException()
        $words = [string]$cause.Message
        $codes = @(-2147024891, -2147217405)  # E_ACCESSDENIED, WBEM_E_ACCESS_DENIED
        $denied = $cause -is [System.UnauthorizedAccessException] -or
            $cause -is [System.Security.SecurityException] -or $codes -contains $cause.HResult -or
            [string]$cause.NativeErrorCode -eq 'AccessDenied' -or
            [string]$Reason.CategoryInfo.Category -eq 'PermissionDenied'
    }
    $words = ($words -replace '\s+', ' ').Trim()
    if (-not $words) { $words = 'no answer' }
    if (($Admin -or $denied) -and -not $IsAdministrator) { [void]$script:Wanted.Add($What) }
    $list = $script:Problems
    if ($Detail) { $list = $script:Details }
    foreach ($row in $list) { if ($row.what -eq $What -and $row.reason -eq $words) { return } }
    [void]$list.Add([ordered]@{ what = $What; reason = $words })
}

# What a block gives; null, and noted, if it fails.
function Read-Part([string]$What, [scriptblock]$Get, [switch]$Detail, [switch]$Admin) {
    try { & $Get } catch { Add-Problem $What $_ -Detail:$Detail -Admin:$Admin }
}

function Test-Filled($Value) {
    if ($null -eq $Value) { return $false }
    if ($Value -is [System.Collections.ICollection]) { return $Value.Count -gt 0 }
    return $true
}

function Get-Section([string]$Name, [string]$Words, [string[]]$Fields, [scriptblock]$Learn) {
    $script:Problems = New-Object System.Collections.ArrayList
    $script:Details = New-Object System.Collections.ArrayList
    $script:Sources = New-Object System.Collections.ArrayList
    $script:Wanted = New-Object System.Collections.ArrayList
    $script:Absent = $false
    $values = $null
    try { $values = @(& $Learn)[-1] } catch { Add-Problem $Name $_ }
    if ($values -isnot [System.Collections.IDictionary]) {
        if ($script:Problems.Count -eq 0) { Add-Problem $Name 'nothing was learnt' }
        $values = @{}
    }
    $filled = @($Fields | Where-Object { Test-Filled $values[$_] }).Count -gt 0
    if ($script:Absent) { $state = 'absent' }
    elseif ($script:Problems.Count -eq 0) { $state = 'read' }
    elseif ($filled) { $state = 'partial' }
    else { $state = 'unreadable'; $values = @{} }
    $problems = @($script:Problems) + @($script:Details)
    $more = $problems.Count - $ProblemLimit
    if ($more -gt 0) {
        $problems = @($problems[0..($ProblemLimit - 1)]) +
            [ordered]@{ what = 'others'; reason = "$more more problems" }
    }
    if ($script:Wanted.Count -gt 0) {
        $wanted = @($script:Wanted | Select-Object -Unique)
        $some = $wanted[0..([Math]::Min(3, $wanted.Count) - 1)] -join ', '
        if ($wanted.Count -gt 3) { $some += ', ...' }
        [void]$script:MoreAsAdministrator.Add("$Words ($some)")
    }
    $section = [ordered]@{ state = $state; problems = @($problems); source = ($script:Sources -join ', ') }
    foreach ($field in $Fields) { $section[$field] = $values[$field] }
    return $section
}

# -- Small things ----------------------------------------------------------------------------------------------

# A report's time. Windows' own interfaces give local times, those of Windows Update UTC without saying so.
function ConvertTo-Moment($At, [switch]$Utc) {
    if ($At -isnot [DateTime] -or $At.Year -lt 2005) { return $null }
    if ($Utc) { $At = [DateTime]::SpecifyKind($At, [DateTimeKind]::Utc) }
    return $At.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", $Culture)
}

function ConvertTo-Day($At) {
    $moment = ConvertTo-Moment $At
    if ($moment) { return $moment.Substring(0, 10) }
    return $null
}

# Text as a report may hold it: NFC, without NUL and lone surrogates, cut at a length.
function ConvertTo-Text([string]$Text) {
    $lone = '[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]'
    $clean = [regex]::Replace($Text.Replace([string][char]0, '\x00'), $lone, [string][char]0xFFFD)
    $clean = $clean.Normalize([System.Text.NormalizationForm]::FormC)
    if ($clean.Length -le $TextLimit) { return $clean }
    $cut = $TextLimit
    if ([char]::IsHighSurrogate($clean[$cut - 1])) { $cut -= 1 }
    return $clean.Substring(0, $cut) + [char]0x2026
}

# Appends the value as JSON (RFC 8259). ConvertTo-Json of PowerShell 5.1 writes arrays that passed through a
# function as objects with a count.
function Add-Json([System.Text.StringBuilder]$To, $Value) {
    if ($null -eq $Value) { [void]$To.Append('null') }
    elseif ($Value -is [bool]) { [void]$To.Append(([string]$Value).ToLowerInvariant()) }
    elseif ($Value -is [System.Collections.IDictionary]) {
        $sign = '{'
        foreach ($key in @($Value.Keys)) {
            [void]$To.Append($sign)
            Add-Json $To ([string]$key)
            [void]$To.Append(':')
            Add-Json $To $Value[$key]
            $sign = ','
        }
        if ($sign -eq '{') { [void]$To.Append('{') }
        [void]$To.Append('}')
    } elseif ($Value -is [System.Collections.IEnumerable] -and $Value -isnot [string]) {
        $sign = '['
        foreach ($item in $Value) {
            [void]$To.Append($sign)
            Add-Json $To $item
            $sign = ','
        }
        if ($sign -eq '[') { [void]$To.Append('[') }
        [void]$To.Append(']')
    } elseif ($Value -is [int] -or $Value -is [long] -or $Value -is [uint32] -or $Value -is [uint16]) {
        [void]$To.Append(([long]$Value).ToString($Culture))
    } else {
        $text = (ConvertTo-Text ([string]$Value)).Replace('\', '\\').Replace('"', '\"')
        $text = [regex]::Replace($text, '[\x00-\x1F\x7F]', { param($found) '\u{0:x4}' -f [int]$found.Value[0] })
        [void]$To.Append('"').Append($text).Append('"')
    }
}

function ConvertTo-Report($Value) {
    $to = New-Object System.Text.StringBuilder
    Add-Json $to $Value
    return $to.ToString() + "`n"
}

function Open-Registry([string]$Key, [string]$View) {
    $hive = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', $View)
    try { return $hive.OpenSubKey($Key) } finally { $hive.Close() }
}

# A value below HKEY_LOCAL_MACHINE; null if there is none. Raises where it may not be read.
function Get-Registry([string]$Key, [string]$Name, [string]$View = 'Registry64') {
    $opened = Open-Registry $Key $View
    if ($null -eq $opened) { return $null }
    try { return $opened.GetValue($Name, $null) } finally { $opened.Close() }
}

function Get-RegistryKeys([string]$Key, [string]$View = 'Registry64') {
    $opened = Open-Registry $Key $View
    if ($null -eq $opened) { return @() }
    try { return @($opened.GetSubKeyNames()) } finally { $opened.Close() }
}

function Get-RegistryValues([string]$Key, [string]$View = 'Registry64') {
    $found = @{}
    $opened = Open-Registry $Key $View
    if ($null -eq $opened) { return $found }
    try { foreach ($name in $opened.GetValueNames()) { $found[$name] = $opened.GetValue($name, $null) } }
    finally { $opened.Close() }
    return $found
}

function Get-Com([string]$Name) { return New-Object -ComObject $Name }

# A service, or null if there is none of that name. Names, unlike labels, are the same in every language.
function Get-ServiceState([string]$Name) {
    return Get-CimInstance -ClassName Win32_Service -Filter "Name='$Name'"
}

# What a program of Windows prints; null if it fails. Its language is whatever the computer's is.
function Get-Printed([string]$Program, [string[]]$Arguments) {
    $path = Join-Path ([Environment]::SystemDirectory) $Program
    if (-not (Test-Path -LiteralPath $path)) { return $null }
    $before = $ErrorActionPreference
    $ErrorActionPreference = 'Continue'
    try { $lines = @(& $path @Arguments 2>$null) } finally { $ErrorActionPreference = $before }
    if ($LASTEXITCODE -ne 0) { return $null }
    return , @($lines | ForEach-Object { [string]$_ })
}

# -- What several sections need ----------------------------------------------------------------------------------

$WindowsKey = 'SOFTWARE\Microsoft\Windows NT\CurrentVersion'
$UpdatePolicy = 'SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate'

# Days on which Microsoft's security updates end, by build and kind of edition (its life cycle pages). `home`
# stands for Home and Pro, `enterprise` for Enterprise and Education, `ltsc` and `iot` for the long-term
# releases of Enterprise and IoT Enterprise.
$SupportEnds = @{
    '7601'  = @{ home = '2020-01-14'; enterprise = '2020-01-14'; server = '2020-01-14' }
    '9200'  = @{ home = '2016-01-12'; enterprise = '2016-01-12'; server = '2023-10-10' }
    '9600'  = @{ home = '2023-01-10'; enterprise = '2023-01-10'; server = '2023-10-10' }
    '10240' = @{ home = '2017-05-09'; enterprise = '2017-05-09'; ltsc = '2025-10-14' }
    '14393' = @{ home = '2018-04-10'; enterprise = '2019-04-09'; ltsc = '2026-10-13'; server = '2027-01-12' }
    '17763' = @{ home = '2020-11-10'; enterprise = '2021-05-11'; ltsc = '2029-01-09'; iot = '2029-01-09'
        server = '2029-01-09' }
    '19044' = @{ home = '2023-06-13'; enterprise = '2024-06-11'; ltsc = '2027-01-12'; iot = '2032-01-13' }
    '19045' = @{ home = '2025-10-14'; enterprise = '2025-10-14' }
    '20348' = @{ server = '2031-10-14' }
    '22000' = @{ home = '2023-10-10'; enterprise = '2024-10-08' }
    '22621' = @{ home = '2024-10-08'; enterprise = '2025-10-14' }
    '22631' = @{ home = '2025-11-11'; enterprise = '2026-11-10' }
    '25398' = @{ server = '2025-10-24' }
    '26100' = @{ home = '2026-10-13'; enterprise = '2027-10-12'; ltsc = '2029-10-09'; iot = '2034-10-10'
        server = '2034-10-10' }
    '26200' = @{ home = '2027-10-12'; enterprise = '2028-10-10' }
}
# Extended Security Updates, for whoever subscribes to them.
$ExtendedEnds = @{ '19045' = '2028-10-10'; '9200' = '2026-10-13'; '9600' = '2026-10-13' }

function Get-EditionKind([string]$Edition, [int]$ProductType) {
    if ($ProductType -ne 1) { return 'server' }
    if ($Edition -match '^IoTEnterpriseS') { return 'iot' }
    if ($Edition -match '^EnterpriseS') { return 'ltsc' }
    if ($Edition -match '^(Enterprise|Education|IoTEnterprise|ServerRdsh)') { return 'enterprise' }
    return 'home'
}

function Get-Virtualization {
    $container = Get-Registry 'SYSTEM\CurrentControlSet\Control' 'ContainerType'
    if ($null -ne $container) { return 'container' }
    $computer = Get-CimInstance -ClassName Win32_ComputerSystem
    $maker = "$($computer.Manufacturer) $($computer.Model)".Trim()
    if (-not $maker) { return $null }
    $virtual = 'Virtual Machine|VMware|VirtualBox|innotek|QEMU|KVM|Xen|Parallels|Bochs|Amazon EC2|' +
        'Google Compute|OpenStack|Nutanix'
    if ($maker -match $virtual) { return 'vm' }
    return 'none'
}

function Get-SystemVersion {
    $version = Get-RegistryValues $WindowsKey
    if (-not $version['CurrentBuildNumber']) { throw 'the registry does not give the build' }
    $major = 6
    if ($null -ne $version['CurrentMajorVersionNumber']) { $major = [int]$version['CurrentMajorVersionNumber'] }
    $minor = 0
    if ($null -ne $version['CurrentMinorVersionNumber']) { $minor = [int]$version['CurrentMinorVersionNumber'] }
    $release = $version['DisplayVersion']
    if (-not $release) { $release = $version['ReleaseId'] }
    return @{
        build = [string]$version['CurrentBuildNumber']
        full = "$major.$minor.$($version['CurrentBuildNumber']).$([int]$version['UBR'])"
        release = $release
        edition = [string]$version['EditionID']
    }
}

# Members of the local group Administrators: name, SID, kind. By its SID, which is the same in every language.
# Get-LocalGroupMember fails on a member whose account is gone; then the directory interface is asked.
function Get-Administrators {
    $found = New-Object System.Collections.ArrayList
    try {
        foreach ($member in @(Get-LocalGroupMember -SID 'S-1-5-32-544')) {
            [void]$found.Add(@{
                name = [string]$member.Name; sid = [string]$member.SID
                kind = ([string]$member.ObjectClass).ToLowerInvariant()
            })
        }
        Add-Source 'Get-LocalGroupMember'
    } catch {
        $found.Clear()
        $sid = New-Object System.Security.Principal.SecurityIdentifier('S-1-5-32-544')
        $group = $sid.Translate([System.Security.Principal.NTAccount]).Value.Split('\')[-1]
        $members = ([ADSI]"WinNT://$env:COMPUTERNAME/$group,group").psbase.Invoke('Members')
        foreach ($member in @($members)) {
            $entry = New-Object System.DirectoryServices.DirectoryEntry($member)
            $bytes = [byte[]]$entry.psbase.Properties['objectSid'].Value
            $whose = (New-Object System.Security.Principal.SecurityIdentifier($bytes, 0)).Value
            [void]$found.Add(@{
                name = ([string]$entry.psbase.Path) -replace '^WinNT://', '' -replace '/', '\'
                sid = $whose; kind = ([string]$entry.psbase.SchemaClassName).ToLowerInvariant()
            })
        }
        Add-Source 'the directory interface WinNT'
    }
    return , $found.ToArray()
}

# The policy for local accounts as the directory interface gives it with each of them, in no language; null if
# it does not.
function Read-PasswordRules {
    try {
        $name = [string]@(Get-CimInstance -ClassName Win32_UserAccount -Filter 'LocalAccount=True')[0].Name
        $account = [ADSI]"WinNT://$env:COMPUTERNAME/$name,user"
        if ($null -eq $account.MinPasswordLength.Value) { throw 'the account does not give the policy' }
        $oldest = [long]$account.MaxPasswordAge.Value
        $unlock = [Math]::Max([long]0, [long]$account.AutoUnlockInterval.Value)
        @{ length = [int]$account.MinPasswordLength.Value; history = [int]$account.PasswordHistoryLength.Value
            attempts = [int]$account.MaxBadPasswordsAllowed.Value; days = [long][Math]::Floor($oldest / 86400)
            unlock = $unlock }
        Add-Source 'the directory interface WinNT'
    } catch { return $null }
}

function Get-UpdateSearcher {
    $searcher = (Get-Com 'Microsoft.Update.Session').CreateUpdateSearcher()
    $searcher.Online = $false
    return $searcher
}

$SecurityCategories = @(
    '0fa1201d-4330-4fa8-8ae9-b877473b6441',  # Security Updates
    'e6cf1350-c01b-414d-a61f-263d14d133b4')  # Critical Updates
$DefinitionCategory = 'e0789628-ce08-4437-be74-2495b842f43b'  # signatures of the antivirus, told elsewhere

function Get-CategoryIds($Update) {
    return @($Update.Categories | ForEach-Object { ([string]$_.CategoryID).ToLowerInvariant() })
}

# The times at which updates other than signatures were installed, newest first, UTC.
function Get-InstallTimes($Searcher) {
    $count = [Math]::Min(300, [int]$Searcher.GetTotalHistoryCount())
    if ($count -eq 0) { return @() }
    return @($Searcher.QueryHistory(0, $count) | Where-Object {
        $_.Operation -eq 1 -and (2, 3) -contains [int]$_.ResultCode -and
        (Get-CategoryIds $_) -notcontains $DefinitionCategory -and
        [string]$_.Title -notmatch 'KB2267602|KB4052623|KB890830'
    } | ForEach-Object { $_.Date } | Sort-Object -Descending)
}

# -- The sections ------------------------------------------------------------------------------------------------

$LearnOs = {
    $version = Get-SystemVersion
    Add-Source 'Win32_OperatingSystem', "HKLM\$WindowsKey"
    $system = Read-Part 'Win32_OperatingSystem' { Get-CimInstance -ClassName Win32_OperatingSystem }
    $virtual = Read-Part 'whether this is a virtual machine' { Get-Virtualization }
    $end = $null
    $extended = $null
    $on = $null
    if ($system) {
        $kind = Get-EditionKind $version.edition ([int]$system.ProductType)
        if ($SupportEnds.ContainsKey($version.build)) { $end = $SupportEnds[$version.build][$kind] }
        if ($end -and ($kind -eq 'server' -or $version.build -eq '19045')) {
            $extended = $ExtendedEnds[$version.build]
        }
        if ($extended) {
            $licences = Read-Part 'licences of extended updates' {
                @(Get-CimInstance -ClassName SoftwareLicensingProduct -Filter `
                    "LicenseStatus=1 AND Name LIKE '%ESU%'").Count
            }
            # Some are granted to an account and leave no licence here: none found does not show that none is.
            if ($licences -gt 0) { $on = $true }
        }
    }
    $name = $null
    if ($system) { $name = "$([string]$system.Caption) $($version.release)".Trim() }
    $architecture = $env:PROCESSOR_ARCHITEW6432
    if (-not $architecture) { $architecture = $env:PROCESSOR_ARCHITECTURE }
    $source = $null
    if ($end) { $source = 'built-in table' }
    @{
        family = 'windows'; id = 'windows'; version = $version.full; codename = $version.release; name = $name
        kernel = $version.full; architecture = $architecture; virtualization = $virtual; support_end = $end
        support_source = $source; extended_support_end = $extended; extended_support_on = $on
    }
}

$LearnPackages = {
    $place = 'SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall'
    Add-Source "HKLM\$place"
    $items = @{}
    foreach ($view in 'Registry64', 'Registry32') {
        foreach ($key in Get-RegistryKeys $place $view) {
            $entry = Read-Part "$place\$key" { Get-RegistryValues "$place\$key" $view }
            if ($null -eq $entry -or -not $entry['DisplayName']) { continue }
            if ($entry['SystemComponent'] -eq 1 -or $entry['ParentKeyName']) { continue }
            $name = ([string]$entry['DisplayName']).Trim()
            $item = [ordered]@{
                name = $name; version = [string]$entry['DisplayVersion']
                architecture = @{ Registry64 = $null; Registry32 = 'x86' }[$view]
                source = [string]$entry['Publisher']; source_version = $null
            }
            $items["$name`t$($item.version)"] = $item
        }
    }
    Read-Part 'apps of the Store' {
        $apps = if ($IsAdministrator) { Get-AppxPackage -AllUsers } else { Get-AppxPackage }
        Add-Source 'Get-AppxPackage'
        foreach ($app in @($apps)) {
            $items["$($app.Name)`t$($app.Version)"] = [ordered]@{
                name = [string]$app.Name; version = [string]$app.Version
                architecture = ([string]$app.Architecture).ToLowerInvariant()
                source = [string]$app.PublisherId; source_version = $null
            }
        }
    }
    if (-not $IsAdministrator) { Add-Problem 'apps of other people' 'only an administrator sees them' -Admin }
    if ($items.Count -eq 0) { throw 'the registry lists no program' }
    @{ manager = 'registry'; items = @($items.Keys | Sort-Object | ForEach-Object { $items[$_] }) }
}

$LearnUpdates = {
    $searcher = Get-UpdateSearcher
    $found = $searcher.Search('IsInstalled=0')
    Add-Source 'Windows Update, searched offline'
    $results = Read-Part 'when Windows Update last searched' { (Get-Com 'Microsoft.Update.AutoUpdate').Results }
    $fetched = $null
    if ($results) { $fetched = ConvertTo-Moment $results.LastSearchSuccessDate -Utc }
    $server = Get-Registry $UpdatePolicy 'WUServer'
    $own = $server -and (Get-Registry "$UpdatePolicy\AU" 'UseWUServer') -eq 1
    $repositories = if ($own) {
        [ordered]@{ name = [string]$server; suite = 'WSUS'; security = $null; signed = $null
            metadata_at = $null }
    } else {
        $services = Read-Part 'update services' { (Get-Com 'Microsoft.Update.ServiceManager').Services } -Detail
        foreach ($service in @($services | Where-Object { $_.IsRegisteredWithAU })) {
            [ordered]@{ name = [string]$service.Name; suite = $null; security = $true; signed = $null
                metadata_at = $fetched }
        }
    }
    # Microsoft's own service answers with what is offered at that moment; a server in between may lag.
    $made = $null
    if (-not $own) { $made = $fetched }
    $sights = @{}
    $items = foreach ($update in @($found.Updates)) {
        $categories = Get-CategoryIds $update
        if ($categories -contains $DefinitionCategory) { continue }
        $id = [string]$update.Identity.UpdateID
        $articles = @($update.KBArticleIDs | ForEach-Object { "KB$_" })
        $name = if ($articles) { $articles -join ' ' } else { [string]$update.Title }
        $name = $name.Substring(0, [Math]::Min(150, $name.Length))  # a finding is named by it
        $security = [bool](@($categories | Where-Object { $SecurityCategories -contains $_ }).Count) -or
            [bool][string]$update.MsrcSeverity
        $first = $null
        if ($null -ne $Seen) {
            # What this one replaces was waiting before it: an offer that is overtaken keeps counting.
            $earlier = @($id) + @($update.SupersededUpdateIDs | ForEach-Object { [string]$_ })
            $known = @($earlier | Where-Object { $Seen.ContainsKey($_) } | ForEach-Object { $Seen[$_] })
            $first = @($known + $CollectedAt | Sort-Object)[0]
            $sights[$id] = $first
        }
        $by = $null
        if ($first) { $by = 'this collector' }
        [ordered]@{
            name = $name; architecture = $null; installed = 'an earlier version'
            offered = [string]$update.Title; security = $security; origin = 'Windows Update'
            first_seen = $first; first_seen_by = $by
        }
    }
    if ($null -ne $Seen) {
        foreach ($key in @($Seen.Keys | Where-Object { $_ -ne 'restart' })) { $Seen.Remove($key) }
        foreach ($key in $sights.Keys) { $Seen[$key] = $sights[$key] }
    }
    $times = Read-Part 'history of updates' { Get-InstallTimes $searcher } -Detail
    $last = $null
    if ($times) { $last = ConvertTo-Moment @($times)[0] -Utc }
    @{
        metadata_at = $made; metadata_fetched_at = $fetched; metadata_signed = $null; packages_signed = $null
        security_labelled = $true; repositories = @($repositories); items = @($items)
        last_installed_at = $last
    }
}

$LearnAutomaticUpdates = {
    Add-Source "HKLM\$UpdatePolicy\AU", 'Microsoft.Update.AutoUpdate'
    $policy = Get-RegistryValues "$UpdatePolicy\AU"
    $client = Read-Part 'Microsoft.Update.AutoUpdate' { Get-Com 'Microsoft.Update.AutoUpdate' }
    $service = Read-Part 'the service of Windows Update' { Get-ServiceState 'wuauserv' }
    $kind = Read-Part 'Win32_OperatingSystem' {
        [int](Get-CimInstance -ClassName Win32_OperatingSystem).ProductType
    }
    $level = $policy['AUOptions']
    if ($null -eq $level -and $client) {
        $level = Read-Part 'how updates install' { $client.Settings.NotificationLevel }
    }
    $enabled = $null
    if ($policy['NoAutoUpdate'] -eq 1 -or $level -eq 1) { $enabled = $false }
    elseif ($service -and $service.StartMode -eq 'Disabled') { $enabled = $false }
    elseif ($service) { $enabled = $true }
    $until = Get-Registry 'SOFTWARE\Microsoft\WindowsUpdate\UX\Settings' 'PauseUpdatesExpiryTime'
    if ($until) {
        $end = [DateTime]::MinValue
        $style = [System.Globalization.DateTimeStyles]'AssumeUniversal, AdjustToUniversal'
        if ([DateTime]::TryParse([string]$until, $Culture, $style, [ref]$end) -and $end -gt $Started) {
            $enabled = $false
            Add-Source "paused until $(ConvertTo-Moment $end)"
        }
    }
    # 4: install by schedule; 5: the administrator chooses; 7: tell of restarts only (Windows Server 2016 on).
    $installs = $null
    if ((4, 7) -contains $level) { $installs = $true }
    elseif ((1, 2, 3) -contains $level) { $installs = $false }
    elseif (-not $level -and $kind -eq 1) {
        Add-Source 'no policy is set, and without one Windows 10 and later install by themselves'
        $installs = $true
    }
    $ran = $null
    if ($client) {
        $times = Read-Part 'when updates last ran' {
            $client.Results.LastSearchSuccessDate
            $client.Results.LastInstallationSuccessDate
        }
        $ran = @($times | ForEach-Object { ConvertTo-Moment $_ -Utc } | Where-Object { $_ } |
            Sort-Object -Descending)[0]
    }
    $scope = $null
    if ($installs) { $scope = 'all' }
    @{ mechanism = 'windows-update'; enabled = $enabled; installs = $installs; scope = $scope; last_run = $ran }
}

$LearnReboot = {
    $reasons = New-Object System.Collections.ArrayList
    $servicing = 'SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing'
    $agent = 'SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update'
    Add-Source "HKLM\$servicing", "HKLM\$agent", 'Win32_OperatingSystem'
    if ((Get-RegistryKeys $servicing) -contains 'RebootPending') {
        [void]$reasons.Add('parts of Windows were changed')
    }
    if ((Get-RegistryKeys $agent) -contains 'RebootRequired') { [void]$reasons.Add('an update asks for it') }
    $version = Read-Part 'the version that runs' { (Get-SystemVersion).full } -Detail
    $system = Read-Part 'Win32_OperatingSystem' { Get-CimInstance -ClassName Win32_OperatingSystem } -Detail
    $booted = $null
    if ($system) { $booted = $system.LastBootUpTime }
    $since = $null
    if ($reasons.Count -gt 0) {
        if ($null -ne $Seen -and $Seen.ContainsKey('restart')) { $since = $Seen['restart'] }
        if ($null -eq $since -and $booted) {
            # The first update installed since the start: the wait began then or later.
            $times = Read-Part 'history of updates' { Get-InstallTimes (Get-UpdateSearcher) } -Detail
            $start = ConvertTo-Moment $booted
            $since = @($times | ForEach-Object { ConvertTo-Moment $_ -Utc } |
                Where-Object { $_ -and $_ -gt $start } | Sort-Object)[0]
        }
        if ($null -ne $Seen) {
            if ($null -eq $since) { $since = $CollectedAt }
            $Seen['restart'] = $since
        }
    } elseif ($null -ne $Seen) { $Seen.Remove('restart') }
    @{
        required = $reasons.Count -gt 0; reasons = @($reasons); running_kernel = $version; newest_kernel = $null
        booted_at = ConvertTo-Moment $booted; required_since = $since
    }
}

$LearnAccounts = {
    $computer = Get-CimInstance -ClassName Win32_ComputerSystem
    if ([int]$computer.DomainRole -ge 4) {
        throw 'this is a domain controller: its accounts are those of the domain, which are not listed here'
    }
    $logins = 'sam'
    $users = try { @(Get-LocalUser); Add-Source 'Get-LocalUser' } catch { $null }
    if ($null -eq $users) {
        $logins = $null
        Add-Source 'Win32_UserAccount'
        Add-Problem 'Get-LocalUser' 'it is not here: ages of passwords and sign-ins are not known' -Detail
        $users = @(Get-CimInstance -ClassName Win32_UserAccount -Filter 'LocalAccount=True' | ForEach-Object {
            [pscustomobject]@{ Name = $_.Name; SID = $_.SID; Enabled = -not $_.Disabled
                PasswordRequired = $_.PasswordRequired; PasswordLastSet = $null; PasswordExpires = $null
                AccountExpires = $null; LastLogon = $null }
        })
    }
    if (@($users).Count -eq 0) { throw 'no local account is listed' }
    $administrators = Read-Part 'members of the group Administrators' { Get-Administrators }
    $sids = @{}
    foreach ($member in @($administrators)) { if ($member) { $sids[$member.sid] = $true } }
    $rules = Read-PasswordRules
    $neverEmpty = $rules -and $rules.length -ge 1
    if (-not $neverEmpty) {
        Add-Problem 'empty passwords' 'no policy is seen to rule them out, and Windows does not show them' -Detail
    }
    $own = @{}
    $profiles = "$WindowsKey\ProfileList"
    $items = foreach ($user in @($users)) {
        $sid = [string]$user.SID
        $own[$sid] = $true
        $number = [long]($sid.Split('-')[-1])
        $folder = Read-Part "$profiles\$sid" { Get-Registry "$profiles\$sid" 'ProfileImagePath' } -Detail
        $password = 'unknown'
        if (-not $user.Enabled) { $password = 'locked' }
        elseif ($neverEmpty -and $user.PasswordRequired -and $user.PasswordLastSet) { $password = 'set' }
        $admin = $null
        if ($null -ne $administrators) { $admin = $sids.ContainsKey($sid) }
        $groups = @()
        if ($admin) { $groups = @('Administrators') }
        $days = $null
        if ($user.PasswordExpires -and $user.PasswordLastSet) {
            $days = [int]($user.PasswordExpires - $user.PasswordLastSet).TotalDays
        }
        [ordered]@{
            name = [string]$user.Name; uid = $number; gid = 513; shell = ''; home = [string]$folder
            can_log_in = [bool]$user.Enabled; password = $password; hash = $null
            changed_on = ConvertTo-Day $user.PasswordLastSet; max_days = $days
            expires_on = ConvertTo-Day $user.AccountExpires; groups = @($groups)
            last_login = ConvertTo-Moment $user.LastLogon; admin = $admin
        }
    }
    $elsewhere = $null
    if ($null -ne $administrators) {
        $elsewhere = @($administrators | Where-Object { $_ -and -not $own.ContainsKey($_.sid) } | ForEach-Object {
            $kind = $_.kind
            if (('user', 'group') -notcontains $kind) { $kind = 'unknown' }
            [ordered]@{ name = $_.name; kind = $kind }
        })
    }
    @{ login_records = $logins; items = @($items); administrators_elsewhere = $elsewhere }
}

$LearnPasswordPolicy = {
    $hash = 'nt'
    if ((Get-Registry 'SYSTEM\CurrentControlSet\Control\Lsa' 'NoLMHash') -eq 0) { $hash = 'lm' }
    $rules = Read-PasswordRules
    if ($null -eq $rules -and -not $IsAdministrator) {
        Add-Problem 'the password policy' 'only an administrator may export it' -Admin
    } elseif ($null -eq $rules) {
        $file = [System.IO.Path]::GetTempFileName()
        try {
            $done = Get-Printed 'secedit.exe' @('/export', '/cfg', $file, '/areas', 'SECURITYPOLICY')
            if ($null -eq $done) { throw 'secedit gave no answer' }
            Add-Source 'secedit /export'
            $set = @{}
            foreach ($line in [System.IO.File]::ReadAllLines($file)) {
                if ($line -match '^\s*(\w+)\s*=\s*(-?\d+)\s*$') { $set[$Matches[1]] = [long]$Matches[2] }
            }
            if ($null -eq $set['MinimumPasswordLength']) { throw 'secedit does not give the policy' }
            $unlock = $null
            if ($null -ne $set['LockoutDuration']) {
                $unlock = [Math]::Max([long]0, [long]$set['LockoutDuration'] * 60)
            }
            $rules = @{ length = $set['MinimumPasswordLength']; history = $set['PasswordHistorySize']
                attempts = $set['LockoutBadCount']; days = $set['MaximumPasswordAge']; unlock = $unlock }
        } finally { Remove-Item -LiteralPath $file -ErrorAction SilentlyContinue }
    }
    if ($null -eq $rules) { return @{ checker = 'windows'; hash = $hash } }
    $days = $null
    if ($rules.days -gt 0 -and $rules.days -lt 24855) { $days = $rules.days }
    @{
        min_length = $rules.length; checker = 'windows'; max_days = $days; hash = $hash
        remembered = $rules.history
        lockout = [ordered]@{ module = 'windows'; attempts = $rules.attempts; unlock_seconds = $rules.unlock }
    }
}

$LearnSudo = {
    Add-Source 'Windows keeps no rules of this kind'
    $script:Absent = $true
    @{ rules = @(); log = $null }
}

$LearnSshd = {
    $service = Get-ServiceState 'sshd'
    if ($null -eq $service) {
        Add-Source 'no service sshd is installed'
        $script:Absent = $true
        return @{ installed = $false; running = $false; settings = $null; matches = @() }
    }
    Add-Source 'sshd -T', 'sshd_config'
    $settings = $null
    if ($IsAdministrator) {
        $lines = Read-Part 'sshd -T' { Get-Printed 'OpenSSH\sshd.exe' @('-T') }
        if ($lines) {
            $settings = [ordered]@{}
            foreach ($line in $lines) {
                $keyword, $value = $line.Split(' ', 2)
                if ($settings.Contains($keyword)) { $settings[$keyword] += " $value" }
                else { $settings[$keyword] = [string]$value }
            }
        } else { Add-Problem 'sshd -T' 'no answer' }
    } else { Add-Problem 'sshd -T' 'only an administrator may ask it' -Admin }
    $matched = Read-Part 'sshd_config' {
        $scopes = New-Object System.Collections.ArrayList
        $scope = $null
        foreach ($line in [System.IO.File]::ReadAllLines("$env:ProgramData\ssh\sshd_config")) {
            if ($line -notmatch '^\s*([A-Za-z]\w*)[\s=]+(.+?)\s*$') { continue }
            $keyword, $value = $Matches[1].ToLowerInvariant(), $Matches[2]
            if ($keyword -eq 'match') {
                $scope = [ordered]@{ criteria = $value; settings = [ordered]@{} }
                [void]$scopes.Add($scope)
            } elseif ($null -ne $scope -and -not $scope.settings.Contains($keyword)) {
                $scope.settings[$keyword] = $value
            }
        }
        , $scopes.ToArray()
    }
    @{ installed = $true; running = $service.State -eq 'Running'; settings = $settings; matches = $matched }
}

$LearnAuthorizedKeys = {
    if ($null -eq (Get-ServiceState 'sshd')) {
        Add-Source 'no service sshd is installed'
        $script:Absent = $true
        return @{ items = @() }
    }
    throw 'keys of the SSH server are not looked at on Windows'
}

$LearnFirewall = {
    $service = Get-ServiceState 'mpssvc'
    $profiles = try {
        @(Get-NetFirewallProfile -PolicyStore ActiveStore | ForEach-Object {
            @{ on = [string]$_.Enabled -eq 'True'; block = [string]$_.DefaultInboundAction -ne 'Allow' }
        })
        Add-Source 'Get-NetFirewallProfile'
    } catch { $null }
    $place = 'SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy'
    if (-not $profiles) {
        Add-Source "HKLM\$place"
        $profiles = foreach ($name in 'DomainProfile', 'StandardProfile', 'PublicProfile') {
            $local = Get-RegistryValues "$place\$name"
            $central = Get-RegistryValues "SOFTWARE\Policies\Microsoft\WindowsFirewall\$name"
            $on = $central['EnableFirewall']
            if ($null -eq $on) { $on = $local['EnableFirewall'] }
            $action = $central['DefaultInboundAction']
            if ($null -eq $action) { $action = $local['DefaultInboundAction'] }
            if ($null -eq $on) { throw "the registry does not tell of $name" }
            # Without a setting Windows blocks what no rule allows.
            @{ on = $on -eq 1; block = $null -eq $action -or $action -eq 1 }
        }
    }
    $on = @($profiles | Where-Object { -not $_.on }).Count -eq 0
    $block = @($profiles | Where-Object { $_.on -and -not $_.block }).Count -eq 0
    $running = [bool]($service -and $service.State -eq 'Running')
    $rules = Read-Part 'rules of the firewall' {
        @((Get-RegistryValues "$place\FirewallRules").Values | Where-Object {
            $_ -match '\|Active=TRUE\|' -and $_ -match '\|Dir=In\|' }).Count
    } -Detail
    $kind = 'windows-firewall'
    $active = $on -and $running
    if (-not $active) {
        $others = @(try { Get-CimInstance -Namespace root/SecurityCenter2 -ClassName FirewallProduct } catch { })
        if ($others.Count -gt 0) {
            $names = ($others | ForEach-Object { $_.displayName }) -join ', '
            Add-Problem 'the firewall' "Windows' own is off; another is registered and not looked into: $names"
            $kind = 'other'
            $active = $null
        }
    }
    $policy = 'accept'
    if ($block) { $policy = 'drop' }
    if ($kind -eq 'other') { $policy = $null }
    $boot = $null
    if ($service -and $kind -ne 'other') { $boot = $service.StartMode -eq 'Auto' }
    @{ kind = $kind; active = $active; enabled_at_boot = $boot; input_policy = $policy; rules = $rules }
}

$Protectors = @{ CSFalconService = 'CrowdStrike Falcon'; SentinelAgent = 'SentinelOne'
    'Sophos Endpoint Defense Service' = 'Sophos Protection'; ekrn = 'ESET Server Security'
    ds_agent = 'Trend Micro Deep Security'; CylanceSvc = 'Cylance'; WRSVC = 'Webroot'
    EPProtectedService = 'Bitdefender' }

$LearnAntivirus = {
    $products = New-Object System.Collections.ArrayList
    # Servers have no Security Center; there programs are known by their services.
    $system = Get-CimInstance -ClassName Win32_OperatingSystem
    if ([int]$system.ProductType -eq 1) {
        $registered = Read-Part 'the Security Center' {
            @(Get-CimInstance -Namespace root/SecurityCenter2 -ClassName AntiVirusProduct)
        }
        Add-Source 'root/SecurityCenter2'
        foreach ($product in @($registered)) {
            # Defender registers under this id and tells more of itself below.
            $id = [string]$product.instanceGuid
            if (-not $id -or $id -eq '{D68DDC3A-831F-4fae-9E44-DA132C1ACF46}') { continue }
            # The second byte of the state is 0x10 or 0x11 while the product is on.
            $running = ([int]$product.productState -band 0xF000) -eq 0x1000
            [void]$products.Add([ordered]@{ name = [string]$product.displayName; version = $null
                running = $running; on_access = $running; signatures_at = $null })
        }
    }
    foreach ($name in $(if ([int]$system.ProductType -ne 1) { $Protectors.Keys })) {
        $service = Get-ServiceState $name
        if ($service) {
            [void]$products.Add([ordered]@{ name = $Protectors[$name]; version = $null
                running = $service.State -eq 'Running'; on_access = $null; signatures_at = $null })
        }
    }
    $defender = try { Get-MpComputerStatus } catch {
        $failure = $_
        try { Get-CimInstance -Namespace root/Microsoft/Windows/Defender -ClassName MSFT_MpComputerStatus }
        catch { if ($products.Count -eq 0) { Add-Problem 'Microsoft Defender' $failure }; $null }
    }
    if ($defender) {
        Add-Source 'Get-MpComputerStatus'
        # Beside another program it stands by; then it is not what protects this computer.
        $passive = [string]$defender.AMRunningMode -match 'Passive|Block|Not running'
        if (-not ($passive -and $products.Count -gt 0)) {
            $signed = $defender.AntivirusSignatureLastUpdated
            [void]$products.Add([ordered]@{
                name = 'Microsoft Defender Antivirus'; version = [string]$defender.AMProductVersion
                running = [bool]$defender.AMServiceEnabled -and [bool]$defender.AntivirusEnabled -and -not $passive
                on_access = [bool]$defender.RealTimeProtectionEnabled; signatures_at = ConvertTo-Moment $signed
            })
        }
    }
    if ($products.Count -eq 0 -and $script:Problems.Count -eq 0) { $script:Absent = $true }
    @{ products = @($products) }
}

$EncryptionMethods = @{ 1 = 'AES 128 with diffuser'; 2 = 'AES 256 with diffuser'; 3 = 'AES 128'; 4 = 'AES 256'
    5 = 'by the disk itself'; 6 = 'XTS-AES 128'; 7 = 'XTS-AES 256' }

# Whether each volume is protected, by its drive letter: BitLocker's own interface, which also tells of device
# encryption on Home editions; for an ordinary account what the Explorer shows on a drive.
function Get-DriveEncryption([string[]]$Letters) {
    $found = @{}
    try {
        $space = 'root/CIMV2/Security/MicrosoftVolumeEncryption'
        foreach ($volume in @(Get-CimInstance -Namespace $space -ClassName Win32_EncryptableVolume)) {
            if (-not $volume.DriveLetter) { continue }
            $how = 'BitLocker'
            $method = $EncryptionMethods[[int]$volume.EncryptionMethod]
            if ($method) { $how = "BitLocker ($method)" }
            $state = $null
            switch ([int]$volume.ProtectionStatus) {
                0 { $state = $false; $how = 'BitLocker protection is off' }
                1 {
                    $state = [int]$volume.ConversionStatus -eq 1
                    if (-not $state) { $how = 'BitLocker has not encrypted all of it yet' }
                }
                default { $how = 'BitLocker: the drive is locked' }
            }
            $found[$volume.DriveLetter] = @{ state = $state; how = $how }
        }
        Add-Source 'Win32_EncryptableVolume'
    } catch {
        $failure = $_
        if ([string]$failure.Exception.NativeErrorCode -eq 'InvalidNamespace') {
            foreach ($letter in $Letters) {
                $found[$letter] = @{ state = $false; how = 'BitLocker is not installed' }
            }
            return $found
        }
        try {
            $shell = Get-Com 'Shell.Application'
            Add-Source 'System.Volume.BitLockerProtection of the shell'
            foreach ($letter in $Letters) {
                $folder = $shell.NameSpace("$letter\")
                $told = if ($folder) { $folder.Self.ExtendedProperty('System.Volume.BitLockerProtection') }
                switch ([string]$told) {
                    { ('1', '6') -contains $_ } { $found[$letter] = @{ state = $true; how = 'BitLocker' } }
                    { ('0', '2') -contains $_ } { $found[$letter] = @{ state = $false; how = 'BitLocker is off' } }
                    { ('3', '4', '5', '8') -contains $_ } {
                        $found[$letter] = @{ state = $false; how = 'BitLocker is suspended or under way' }
                    }
                }
            }
            Add-Problem 'how BitLocker encrypts' $failure -Detail -Admin
        } catch { Add-Problem 'BitLocker' $failure -Admin }
    }
    return $found
}

$LearnDiskEncryption = {
    $volumes = @(Get-CimInstance -ClassName Win32_Volume | Where-Object {
        (2, 3) -contains [int]$_.DriveType -and $_.FileSystem -and $_.Name -notmatch '^\\\\\?\\' })
    Add-Source 'Win32_Volume'
    if ($volumes.Count -eq 0) { throw 'no volume is listed' }
    $drives = Get-DriveEncryption @($volumes | ForEach-Object { $_.DriveLetter } | Where-Object { $_ })
    $buses = Read-Part 'what the disks are attached by' {
        $space = 'root/Microsoft/Windows/Storage'
        $disks = @{}
        foreach ($disk in @(Get-CimInstance -Namespace $space -ClassName MSFT_Disk)) {
            $disks[[string]$disk.Number] = [int]$disk.BusType
        }
        $letters = @{}
        foreach ($part in @(Get-CimInstance -Namespace $space -ClassName MSFT_Partition)) {
            $letter = [string]$part.DriveLetter
            if ($letter.Trim([char]0)) { $letters["${letter}:"] = $disks[[string]$part.DiskNumber] }
        }
        $letters
    } -Detail
    $mounts = foreach ($volume in $volumes) {
        $letter = [string]$volume.DriveLetter
        $told = $null
        if ($letter) { $told = $drives[$letter] }
        $removable = $null
        if ([int]$volume.DriveType -eq 2) { $removable = $true }
        elseif ($buses -and $letter -and $null -ne $buses[$letter]) {
            $removable = (4, 7, 12, 13) -contains $buses[$letter]  # 1394, USB, SD, MMC
        }
        $encrypted = $null
        $how = $null
        if ($told) { $encrypted = $told.state; $how = $told.how }
        [ordered]@{ mount = [string]$volume.Name; device = [string]$volume.DeviceID
            filesystem = [string]$volume.FileSystem; encrypted = $encrypted; how = $how; removable = $removable }
    }
    $own = (Get-Registry 'SYSTEM\CurrentControlSet\Control\FileSystem' 'NtfsEncryptPagingFile') -eq 1
    $swap = Read-Part 'paging files' {
        @(Get-CimInstance -ClassName Win32_PageFileUsage | ForEach-Object {
            $drive = $drives[([string]$_.Name).Substring(0, 2)]
            $state = $null
            if ($own) { $state = $true } elseif ($drive) { $state = $drive.state }
            [ordered]@{ device = [string]$_.Name; encrypted = $state }
        })
    }
    if ($null -eq $swap -and $script:Problems.Count -eq 0) { $swap = @() }
    if ($null -ne $swap) { $swap = @($swap) }
    @{ mounts = @($mounts); swap = $swap }
}

$LearnSockets = {
    $names = @{}
    Read-Part 'programs' {
        foreach ($one in @(Get-Process)) { $names[[int]$one.Id] = [string]$one.ProcessName }
    } -Detail
    $rows = New-Object System.Collections.ArrayList
    try {
        foreach ($row in @(Get-NetTCPConnection -State Listen)) {
            [void]$rows.Add(@{ protocol = 'tcp'; row = $row })
        }
        foreach ($row in @(Get-NetUDPEndpoint)) { [void]$rows.Add(@{ protocol = 'udp'; row = $row }) }
        Add-Source 'Get-NetTCPConnection', 'Get-NetUDPEndpoint'
    } catch {
        Add-Problem 'the programs of open sockets' $_ -Detail
        Add-Source 'IPGlobalProperties'
        $rows.Clear()
        $all = [System.Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties()
        foreach ($end in $all.GetActiveTcpListeners()) { [void]$rows.Add(@{ protocol = 'tcp'; end = $end }) }
        foreach ($end in $all.GetActiveUdpListeners()) { [void]$rows.Add(@{ protocol = 'udp'; end = $end }) }
    }
    $items = @{}
    foreach ($one in $rows) {
        $protocol = $one.protocol
        if ($one.end) { $address, $port, $id = [string]$one.end.Address, $one.end.Port, $null }
        else { $address, $port, $id = [string]$one.row.LocalAddress, $one.row.LocalPort, $one.row.OwningProcess }
        $address = $address.Split('%')[0]
        $parsed = [System.Net.IPAddress]::Parse($address)
        if ($parsed.AddressFamily -eq 'InterNetworkV6') { $protocol += '6' }
        $process = $null
        if ($null -ne $id) { $process = $names[[int]$id] }
        $reach = 'network'
        if ([System.Net.IPAddress]::IsLoopback($parsed)) { $reach = 'loopback' }
        $items["$protocol $address $port $process"] = [ordered]@{ protocol = $protocol; address = $address
            port = [int]$port; process = $process; uid = $null; reach = $reach }
    }
    @{ items = @($items.Keys | Sort-Object | ForEach-Object { $items[$_] }) }
}

$LearnTime = {
    $place = 'SYSTEM\CurrentControlSet\Services\W32Time\Parameters'
    Add-Source 'the service W32Time', "HKLM\$place"
    $zone = [string][System.TimeZoneInfo]::Local.Id
    $service = Get-ServiceState 'W32Time'
    $from = [string](Get-Registry $place 'Type')
    if ($null -eq $service -or $from -eq 'NoSync') {
        return @{ service = 'none'; running = $false; synchronized = $false; servers = @(); zone = $zone }
    }
    $servers = $null
    if ($from -eq 'NT5DS') {
        $domain = [string](Get-CimInstance -ClassName Win32_ComputerSystem).Domain
        $servers = @("the controllers of the domain $domain")
    } elseif ($from) {
        $set = Get-Registry 'SOFTWARE\Policies\Microsoft\W32Time\Parameters' 'NtpServer'
        if (-not $set) { $set = Get-Registry $place 'NtpServer' }
        $servers = @(([string]$set).Split(' ') | Where-Object { $_ } | ForEach-Object { $_.Split(',')[0] })
    }
    $running = $service.State -eq 'Running'
    $synchronized = $null
    $offset = $null
    if ($running) {
        # Its words are in the computer's language; the order of its lines and its numbers are the same in all.
        $lines = Read-Part 'w32tm /query /status' { Get-Printed 'w32tm.exe' @('/query', '/status', '/verbose') }
        $lines = @($lines | Where-Object { $_ -match '\S' })
        if ($lines.Count -ge 10 -and $lines[0] -match '[:\uFF1A]\s*([0-3])\(') {
            Add-Source 'w32tm /query /status'
            # 0x4C4F434C spells LOCL: the computer's own clock, which follows no server.
            $synchronized = $Matches[1] -ne '3' -and $lines[1] -match '[:\uFF1A]\s*([1-9]|1[0-5])\b' -and
                @($lines -match '0x4C4F434C').Count -eq 0
            if ($lines[9] -match '[:\uFF1A]\s*(-?\d+)[.,](\d+)s\s*$') {
                $seconds = [double]::Parse("$($Matches[1]).$($Matches[2])", $Culture)
                $offset = [long][Math]::Round([Math]::Abs($seconds) * 1000)
            }
        } else { Add-Problem 'w32tm /query /status' 'no answer that is understood' -Admin }
    }
    @{ service = 'w32time'; running = $running; synchronized = $synchronized; offset_ms = $offset
        servers = $servers; zone = $zone }
}

$Shippers = @{ winlogbeat = 'winlogbeat'; elastic = 'Elastic Agent'; SplunkForwarder = 'Splunk forwarder'
    nxlog = 'NXLog'; WazuhSvc = 'Wazuh'; OssecSvc = 'Wazuh'; AzureMonitorAgent = 'Azure Monitor agent'
    HealthService = 'Microsoft Monitoring Agent'; 'fluent-bit' = 'fluent-bit'; vector = 'vector' }

$LearnLogging = {
    Add-Source 'Get-WinEvent'
    $service = Get-ServiceState 'EventLog'
    $running = [bool]($service -and $service.State -eq 'Running')
    $log = Get-WinEvent -ListLog 'System'
    $file = [Environment]::ExpandEnvironmentVariables([string]$log.LogFilePath)
    $oldest = $null
    $reach = foreach ($name in 'System', 'Security') {
        Read-Part "the log $name" {
            ConvertTo-Moment (Get-WinEvent -LogName $name -Oldest -MaxEvents 1).TimeCreated
        } -Admin
    }
    # Each log is overwritten by itself: they reach back only as far as the shorter of the two.
    $reach = @($reach | Where-Object { $_ } | Sort-Object -Descending)
    if ($reach.Count -eq 2) { $oldest = $reach[0] }
    $kept = $null
    if ($oldest) {
        $then = [DateTime]::ParseExact($oldest, "yyyy-MM-dd'T'HH:mm:ss'Z'", $Culture)
        $kept = [Math]::Max(0, [int][Math]::Floor(($Started - $then).TotalDays))
    }
    $rules = $null
    if ($IsAdministrator) {
        $rules = Read-Part 'the audit policy' {
            $copy = Join-Path ([System.IO.Path]::GetTempPath()) "duecare-$([Guid]::NewGuid()).csv"
            try {
                $done = Get-Printed 'auditpol.exe' @('/backup', "/file:$copy")
                if ($null -eq $done) { throw 'auditpol gave no answer' }
                Add-Source 'auditpol'
                # The last column is a number in every language: 0 records nothing.
                $set = '\{[0-9A-Fa-f-]{36}\}.*,[1-3]\s*$'
                @([System.IO.File]::ReadAllLines($copy) | Where-Object { $_ -match $set }).Count
            } finally { Remove-Item -LiteralPath $copy -ErrorAction SilentlyContinue }
        }
    } else { Add-Problem 'the audit policy' 'only an administrator may read it' -Admin }
    $shipping = New-Object System.Collections.ArrayList
    $forwarding = 'SOFTWARE\Policies\Microsoft\Windows\EventLog\EventForwarding\SubscriptionManager'
    $managers = Get-RegistryValues $forwarding
    foreach ($value in @($managers.Values)) {
        if ([string]$value -notmatch '(?i)Server=([^,\s]+)') { continue }
        $to = $Matches[1]
        # Over HTTP the messages themselves are encrypted with the domain's Kerberos keys.
        [void]$shipping.Add([ordered]@{ by = 'Windows Event Forwarding'; to = $to; tls = $true
            running = $running })
    }
    foreach ($name in $Shippers.Keys) {
        $agent = Get-ServiceState $name
        if ($agent) {
            [void]$shipping.Add([ordered]@{ by = $Shippers[$name]; to = $null; tls = $null
                running = $agent.State -eq 'Running' })
        }
    }
    @{
        journald = [ordered]@{ running = $false; storage = 'none'; oldest_at = $null; max_retention_days = $null
            max_bytes = $null }
        rsyslog = [ordered]@{ installed = $false; running = $false }
        others = @([ordered]@{ name = 'Windows Event Log'; running = $running; file = $file
            on_disk = [bool]$log.IsEnabled })
        auditd = [ordered]@{ installed = $true; running = $running; rules = $rules }
        logrotate = [ordered]@{ weeks = $null }
        shipping = @($shipping); oldest_at = $oldest; kept_days = $kept
    }
}

$BackupPrograms = 'restic|borg|duplicati|kopia|duplicacy|rclone|wbadmin|veeam|acronis|urbackup|macrium|reflect|' +
    'cobian|bvckup|arq|idrive|crashplan|backblaze'
$BackupServices = @{ VeeamEndpointBackupSvc = 'Veeam Agent'; AcronisCyberProtectionService = 'Acronis'
    'bacula-fd' = 'bacula'; 'bareos-fd' = 'bareos'; UrBackupClientBackend = 'urbackup'
    obengine = 'Azure Backup'; CrashPlanService = 'CrashPlan'; bzserv = 'Backblaze' }

function New-Job([string]$Tool, [string]$What, $Enabled, [string]$Source) {
    return [ordered]@{ tool = $Tool; what = $What; to = $null; off_host = $null; schedule = $null
        enabled = $Enabled; last_run = $null; last_success = $null; source = $Source }
}

$LearnBackup = {
    $jobs = New-Object System.Collections.ArrayList
    Add-Source 'scheduled tasks', 'services', 'Windows Server Backup'
    $tasks = Read-Part 'scheduled tasks' { @(Get-ScheduledTask) }
    foreach ($task in @($tasks)) {
        if ($null -eq $task) { continue }
        $command = (@($task.Actions) | ForEach-Object { "$($_.Execute) $($_.Arguments)" }) -join ' '
        if ($command -notmatch "(?i)\b($BackupPrograms)(\.exe)?\b") { continue }
        $tool = $Matches[1].ToLowerInvariant()
        $name = "$($task.TaskPath)$($task.TaskName)"
        $job = New-Job $tool $null ([string]$task.State -ne 'Disabled') "the task $name"
        $told = Read-Part "the task $name" {
            Get-ScheduledTaskInfo -TaskName $task.TaskName -TaskPath $task.TaskPath
        } -Detail
        if ($told) {
            $job.last_run = ConvertTo-Moment $told.LastRunTime
            if ($told.LastTaskResult -eq 0) { $job.last_success = $job.last_run }
        }
        [void]$jobs.Add($job)
    }
    if (-not $IsAdministrator) { Add-Problem 'tasks of other people' 'only an administrator sees them' -Admin }
    foreach ($name in $BackupServices.Keys) {
        $service = Get-ServiceState $name
        if ($service) {
            [void]$jobs.Add((New-Job $BackupServices[$name] 'what its server asks for' `
                ($service.StartMode -ne 'Disabled') "the service $name"))
        }
    }
    if (Get-Command Get-WBSummary -ErrorAction SilentlyContinue) {
        Read-Part 'Windows Server Backup' {
            $told = Get-WBSummary
            if ($told.NextBackupTime -is [DateTime] -or $told.LastBackupTime -is [DateTime]) {
                $planned = $told.NextBackupTime -is [DateTime] -and $told.NextBackupTime.Year -gt 2005
                $job = New-Job 'Windows Server Backup' $null $planned 'Get-WBSummary'
                $job.last_run = ConvertTo-Moment $told.LastBackupTime
                $job.last_success = ConvertTo-Moment $told.LastSuccessfulBackupTime
                [void]$jobs.Add($job)
            }
        } -Admin
    }
    if ($jobs.Count -eq 0 -and $script:Problems.Count -eq 0) { $script:Absent = $true }
    @{ jobs = @($jobs) }
}

$LearnScreenLock = {
    $place = 'SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System'
    Add-Source "HKLM\$place", 'the screen saver of who is signed in'
    $seconds = [long](Get-Registry $place 'InactivityTimeoutSecs')
    $policies = 'Software\Policies\Microsoft\Windows'
    $settings = 'ScreenSaveActive', 'ScreenSaveTimeOut', 'ScreenSaverIsSecure', 'SCRNSAVE.EXE'
    $users = New-Object System.Collections.ArrayList
    $hives = [Microsoft.Win32.RegistryKey]::OpenBaseKey('Users', 'Default')
    try {
        foreach ($sid in @($hives.GetSubKeyNames() | Where-Object { $_ -match '^S-1-(5-21|12-1)-[\d-]+$' })) {
            Read-Part "the screen saver of $sid" {
                $set = @{}
                # A policy overrules what the person chose.
                foreach ($path in 'Control Panel\Desktop', "$policies\Control Panel\Desktop") {
                    $opened = $hives.OpenSubKey("$sid\$path")
                    if ($null -eq $opened) { continue }
                    foreach ($name in $settings) {
                        $value = $opened.GetValue($name, $null)
                        if ($null -ne $value) { $set[$name] = [string]$value }
                    }
                    $opened.Close()
                }
                $on = $set['ScreenSaveActive'] -eq '1' -and $set['SCRNSAVE.EXE']
                $after = [long]0
                if ($on -and $set['ScreenSaveTimeOut'] -match '^\d{1,9}$') {
                    $after = [long]$set['ScreenSaveTimeOut']
                }
                $whose = [string](Get-Registry "$WindowsKey\ProfileList\$sid" 'ProfileImagePath')
                $who = $sid
                if ($whose) { $who = $whose.Split('\')[-1] }
                [void]$users.Add([ordered]@{ who = $who; after_seconds = $after
                    password = $set['ScreenSaverIsSecure'] -eq '1'; delay_seconds = 0 })
            } -Admin
        }
    } finally { $hives.Close() }
    @{ machine_seconds = $seconds; users = @($users) }
}

$LearnRemoteAccess = {
    $place = 'SYSTEM\CurrentControlSet\Control\Terminal Server'
    $policy = 'SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services'
    Add-Source "HKLM\$place", "HKLM\$policy"
    $denied = Get-Registry $policy 'fDenyTSConnections'
    if ($null -eq $denied) { $denied = Get-Registry $place 'fDenyTSConnections' }
    $first = Get-Registry $policy 'UserAuthentication'
    if ($null -eq $first) { $first = Get-Registry "$place\WinStations\RDP-Tcp" 'UserAuthentication' }
    $on = $null
    if ($null -ne $denied) { $on = $denied -eq 0 }
    $asks = $null
    if ($null -ne $first) { $asks = $first -eq 1 }
    @{ services = @([ordered]@{ name = 'Remote Desktop'; on = $on; asks_first = $asks }) }
}

# -- The host, and the report ------------------------------------------------------------------------------------

function Get-HostFacts($Os) {
    $name = ([string]$env:COMPUTERNAME) -replace '\s+', '-'
    if (-not $name) { $name = 'unnamed' }
    $from = 'machine id'
    $token = try { [string](Get-Registry 'SOFTWARE\Microsoft\Cryptography' 'MachineGuid') } catch { '' }
    if (-not $token) { $token, $from = $name, 'name' }
    $sha = [System.Security.Cryptography.SHA256]::Create()
    $bytes = $sha.ComputeHash([System.Text.Encoding]::UTF8.GetBytes('duecare' + $token.Trim().ToLowerInvariant()))
    $kind = 'unknown'
    $type = try { [int](Get-CimInstance -ClassName Win32_OperatingSystem).ProductType } catch { 0 }
    if ($Os.virtualization -eq 'container') { $kind = 'container' }
    elseif ($type -eq 1) { $kind = 'desktop' }
    elseif ($type -gt 1 -and $Os.virtualization -eq 'vm') { $kind = 'virtual' }
    elseif ($type -gt 1) { $kind = 'server' }
    return [ordered]@{ name = $name.Substring(0, [Math]::Min(253, $name.Length))
        key = -join ($bytes | ForEach-Object { $_.ToString('x2') }); key_from = $from; kind = $kind }
}

function Read-State([string]$Path) {
    $found = @{}
    if (-not (Test-Path -LiteralPath $Path)) { return $found }
    $told = ConvertFrom-Json ([System.IO.File]::ReadAllText($Path))
    if ($told.format -ne 'duecare-collect-state/1') { throw "$Path is not a state file of this collector" }
    foreach ($one in $told.first_sights.PSObject.Properties) {
        # PowerShell 7 reads what looks like a time as one.
        $found[$one.Name] = [string]$one.Value
        if ($one.Value -is [DateTime]) { $found[$one.Name] = ConvertTo-Moment $one.Value }
    }
    return $found
}

# In place of the file at once; UTF-8 without a byte order mark.
function Write-Whole([string]$Path, [string]$Text) {
    $new = "$Path.new"
    [System.IO.File]::WriteAllText($new, $Text, (New-Object System.Text.UTF8Encoding($false)))
    Move-Item -LiteralPath $new -Destination $Path -Force
}

$Paths = $ExecutionContext.SessionState.Path
$IsAdministrator = $false
try { $IsAdministrator = Test-Administrator } catch { $IsAdministrator = $false }
$CollectedAt = ConvertTo-Moment $Started
$script:MoreAsAdministrator = New-Object System.Collections.ArrayList
$Seen = $null
if ($State) {
    $State = $Paths.GetUnresolvedProviderPathFromPSPath($State)
    try { $Seen = Read-State $State } catch {
        [Console]::Error.WriteLine("collect.ps1: $($_.Exception.Message)")
        exit 2
    }
}

$Facts = [ordered]@{}
$Facts['os'] = Get-Section 'os' 'the operating system' @('family', 'id', 'version', 'codename', 'name', 'kernel',
    'architecture', 'virtualization', 'support_end', 'support_source', 'extended_support_end',
    'extended_support_on') $LearnOs
$Facts['packages'] = Get-Section 'packages' 'installed software' @('manager', 'items', 'rebuilt_at') $LearnPackages
$Facts['updates'] = Get-Section 'updates' 'updates on offer' @('metadata_at', 'metadata_fetched_at',
    'metadata_signed', 'packages_signed', 'security_labelled', 'repositories', 'items',
    'last_installed_at') $LearnUpdates
$Facts['automatic_updates'] = Get-Section 'automatic_updates' 'automatic updates' @('mechanism', 'enabled',
    'installs', 'scope', 'last_run') $LearnAutomaticUpdates
$Facts['reboot'] = Get-Section 'reboot' 'restarts needed' @('required', 'reasons', 'running_kernel',
    'newest_kernel', 'booted_at', 'required_since') $LearnReboot
$Facts['accounts'] = Get-Section 'accounts' 'accounts' @('items', 'login_records',
    'administrators_elsewhere') $LearnAccounts
$Facts['password_policy'] = Get-Section 'password_policy' 'rules for passwords' @('min_length', 'checker',
    'max_days', 'hash', 'lockout', 'remembered') $LearnPasswordPolicy
$Facts['sudo'] = Get-Section 'sudo' 'rules of sudo' @('rules', 'log') $LearnSudo
$Facts['sshd'] = Get-Section 'sshd' 'settings of the SSH server' @('installed', 'running', 'settings',
    'matches') $LearnSshd
$Facts['authorized_keys'] = Get-Section 'authorized_keys' 'keys that open accounts' @('items') $LearnAuthorizedKeys
$Facts['firewall'] = Get-Section 'firewall' 'the firewall' @('kind', 'active', 'enabled_at_boot', 'input_policy',
    'rules') $LearnFirewall
$Facts['antivirus'] = Get-Section 'antivirus' 'antivirus programs' @('products') $LearnAntivirus
$Facts['disk_encryption'] = Get-Section 'disk_encryption' 'encryption of disks' @('mounts', 'swap') $LearnDiskEncryption
$Facts['sockets'] = Get-Section 'sockets' 'open sockets' @('items') $LearnSockets
$Facts['time'] = Get-Section 'time' 'the clock' @('service', 'running', 'synchronized', 'offset_ms', 'servers',
    'zone') $LearnTime
$Facts['logging'] = Get-Section 'logging' 'logs' @('journald', 'rsyslog', 'others', 'auditd', 'logrotate',
    'shipping', 'oldest_at', 'kept_days') $LearnLogging
$Facts['backup'] = Get-Section 'backup' 'backup jobs' @('jobs') $LearnBackup
$Facts['screen_lock'] = Get-Section 'screen_lock' 'the screen lock' @('machine_seconds', 'users') $LearnScreenLock
$Facts['remote_access'] = Get-Section 'remote_access' 'remote access' @('services') $LearnRemoteAccess

$Report = [ordered]@{
    format = 'duecare-report/1'
    collector = [ordered]@{ name = 'duecare-collect-windows'; version = $Version; as_root = $IsAdministrator
        root = '/'; live = $true; took_ms = [long]([DateTime]::UtcNow - $Started).TotalMilliseconds }
    collected_at = $CollectedAt
    host = Get-HostFacts $Facts['os']
    facts = $Facts
    more_as_root = @($script:MoreAsAdministrator)
}
$Json = ConvertTo-Report $Report

try {
    if ($State) {
        $memory = [ordered]@{ format = 'duecare-collect-state/1'; first_sights = $Seen }
        Write-Whole $State (ConvertTo-Report $memory)
    }
    if ($Out) { Write-Whole ($Paths.GetUnresolvedProviderPathFromPSPath($Out)) $Json }
    else {
        $bytes = [System.Text.Encoding]::UTF8.GetBytes($Json)
        $stream = [Console]::OpenStandardOutput()
        $stream.Write($bytes, 0, $bytes.Length)
        $stream.Flush()
    }
} catch {
    [Console]::Error.WriteLine("collect.ps1: the report could not be written: $($_.Exception.Message)")
    exit 1
}
if ($Out -and $script:MoreAsAdministrator.Count -gt 0) {
    [Console]::Error.WriteLine('As administrator it could also read: ' + ($script:MoreAsAdministrator -join '; '))
}
exit 0
