using 'main.bicep'

// Set by azd for its environment: azd env set MARKETPLACE_SIZE large
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'market')
param location = readEnvironmentVariable('AZURE_LOCATION', 'northeurope')
param size = readEnvironmentVariable('MARKETPLACE_SIZE', 'small')
param alertEmail = readEnvironmentVariable('MARKETPLACE_ALERT_EMAIL', '')

// Addresses of people who may reach tables, blobs and secrets from outside, separated by commas. Usually none.
param operatorAddresses = filter(split(readEnvironmentVariable('MARKETPLACE_OPERATOR_ADDRESSES', ''), ','), address => !empty(address))

// Settings of the market whose values are secrets of the vault, as JSON: {"Marketplace__Payments__ApiKey":"stripe-key"}. docs/deploy.md goes through it.
param vaultSettings = json(readEnvironmentVariable('MARKETPLACE_VAULT_SETTINGS', '{}'))

// Further settings of the market, as JSON: {"Marketplace__Access__PublicAddress":"https://market.example.com"}.
param hostSettings = json(readEnvironmentVariable('MARKETPLACE_SETTINGS', '{}'))
