#Requires -RunAsAdministrator
#Requires -Version 5.1

<#
.SYNOPSIS
    Installs the Signet agent as a Windows service that runs as its own virtual account.
.DESCRIPTION
    Run it in the unpacked archive. It copies the program, makes the directories, lets only administrators and the
    service account into them, and registers the service "Signet". It changes no configuration that is there, and does
    not start the service. Run it again to update.
.PARAMETER ProgramDirectory
    Where the program goes.
.PARAMETER DataDirectory
    Where configuration, state, run and log directories lie. The 'directories' of signet.yaml must name the same.
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [string] $ProgramDirectory = (Join-Path $env:ProgramFiles 'Signet'),
    [string] $DataDirectory = (Join-Path $env:ProgramData 'Signet')
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$service = 'Signet'
$account = "NT SERVICE\$service"
$source = Split-Path -Parent $PSScriptRoot
$config = Join-Path $DataDirectory 'signet.yaml'
$executable = Join-Path $ProgramDirectory 'signet.exe'

function Invoke-Checked([string] $Program, [string[]] $Arguments) {
    & $Program @Arguments | Out-Null
    if ($LASTEXITCODE -ne 0) {
        throw "$Program $($Arguments -join ' ') ended with $LASTEXITCODE."
    }
}

if (-not (Test-Path (Join-Path $source 'signet.exe'))) {
    throw "$source\signet.exe is not there. Run this script in the unpacked archive."
}

if (-not $PSCmdlet.ShouldProcess($service, 'install service')) {
    return
}

$existing = Get-Service -Name $service -ErrorAction SilentlyContinue
if ($existing -and $existing.Status -ne 'Stopped') {
    # The keys are locked by this; operators unlock them again after the start.
    Stop-Service -Name $service
    $existing.WaitForStatus('Stopped', '00:01:30')
}

New-Item -ItemType Directory -Force -Path $ProgramDirectory | Out-Null
if ((Resolve-Path $source).Path -ne (Resolve-Path $ProgramDirectory).Path) {
    Copy-Item -Path (Join-Path $source '*') -Destination $ProgramDirectory -Recurse -Force
}

$binaryPath = "`"$executable`" serve --config `"$config`""
if (-not $existing) {
    New-Service -Name $service -DisplayName 'Signet signing agent' -StartupType Automatic `
        -Description 'Signs the builds of Jenkins with keys that never leave their smartcard or HSM.' `
        -BinaryPathName $binaryPath | Out-Null
} else {
    Set-ItemProperty -Path "HKLM:\SYSTEM\CurrentControlSet\Services\$service" -Name ImagePath -Value $binaryPath
}

# A virtual account has no password, no other rights, and no life outside this service.
Invoke-Checked 'sc.exe' @('sidtype', $service, 'unrestricted')
Invoke-Checked 'sc.exe' @('config', $service, 'obj=', $account)
# A crash locks the keys; the service comes back and waits for its operators.
Invoke-Checked 'sc.exe' @('failure', $service, 'reset=', '86400', 'actions=', 'restart/5000/restart/30000/restart/60000')
# No dump of the process that holds a PIN, and no door for a debugger.
New-ItemProperty -Path "HKLM:\SYSTEM\CurrentControlSet\Services\$service" -Name Environment -PropertyType MultiString `
    -Value @('DOTNET_EnableDiagnostics=0', 'DOTNET_DbgEnableMiniDump=0') -Force | Out-Null

$writable = @('state', 'run', 'log')
New-Item -ItemType Directory -Force -Path $DataDirectory | Out-Null
Invoke-Checked 'icacls.exe' @(
    $DataDirectory, '/inheritance:r', '/grant:r',
    '*S-1-5-32-544:(OI)(CI)F', '*S-1-5-18:(OI)(CI)F', "${account}:(OI)(CI)RX")
foreach ($name in $writable) {
    $path = Join-Path $DataDirectory $name
    New-Item -ItemType Directory -Force -Path $path | Out-Null
    Invoke-Checked 'icacls.exe' @($path, '/grant:r', "${account}:(OI)(CI)M")
}

if (-not (Test-Path $config)) {
    Copy-Item -Path (Join-Path $PSScriptRoot 'signet.yaml') -Destination $config
}

Write-Output "Installed. Next: edit $config, then"
Write-Output "  & '$executable' config check --config '$config'"
Write-Output "  Start-Service $service"
Write-Output "  & '$executable' status"
