# A script
Write-Output 'a'
# SIG # Begin signature
