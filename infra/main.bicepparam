using 'main.bicep'

// Set by azd for its environment: azd env set MARKETPLACE_SIZE large
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'market')
param location = readEnvironmentVariable('AZURE_LOCATION', 'northeurope')
param size = readEnvironmentVariable('MARKETPLACE_SIZE', 'small')
param alertEmail = readEnvironmentVariable('MARKETPLACE_ALERT_EMAIL', '')

// Addresses of people who may reach tables, blobs and secrets from outside, separated by commas. Usually none.
param operatorAddresses = filter(split(readEnvironmentVariable('MARKETPLACE_OPERATOR_ADDRESSES', ''), ','), address => !empty(address))
