function Get-Grüße { 'ü' }
