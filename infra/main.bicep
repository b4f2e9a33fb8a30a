// Everything the marketplace needs in Azure. docs/deploy.md says what each part is for and what it costs.
targetScope = 'subscription'

@description('Name of the azd environment; part of every name.')
@minLength(2)
@maxLength(32)
param environmentName string

@description('Region of everything.')
param location string

@description('small: two instances in one zone. large: three instances or more, over zones.')
@allowed(['small', 'large'])
param size string

@description('Who is told of alerts. Empty: alerts are raised and shown, and nobody is told.')
param alertEmail string

@description('IPv4 addresses from which people may reach tables, blobs and secrets.')
param operatorAddresses string[]

@description('Settings whose values are secrets: name of the setting to name of the secret in the vault.')
param vaultSettings object

@description('Further settings of the market, by name.')
param hostSettings object

var sizes = {
  small: {
    plan: 'P0v3'
    zoneRedundant: false
    instances: { least: 2, most: 4 }
    redundancy: 'Standard_LRS'
    logDays: 30
    logGigabytesPerDay: 1
    protectData: false
  }
  large: {
    plan: 'P2v3'
    zoneRedundant: true
    instances: { least: 3, most: 10 }
    redundancy: 'Standard_ZRS'
    logDays: 90
    logGigabytesPerDay: 10
    protectData: true
  }
}
var chosen = sizes[size]
var token = uniqueString(subscription().id, environmentName, location)
var tags = { 'azd-env-name': environmentName }

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: { name: 'id-${token}', location: location, tags: tags }
}

module network 'modules/network.bicep' = {
  scope: group
  params: { name: 'vnet-${token}', location: location, tags: tags }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    retentionDays: chosen.logDays
    gigabytesPerDay: chosen.logGigabytesPerDay
  }
}

module store 'modules/store.bicep' = {
  scope: group
  params: {
    name: 'st${token}'
    location: location
    tags: tags
    redundancy: chosen.redundancy
    protectData: chosen.protectData
    subnetId: network.outputs.subnetId
    operatorAddresses: operatorAddresses
    principalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
  }
}

// The staging slot plays on its own account: unreleased code never holds a grain of the real market.
module stagingStore 'modules/store.bicep' = {
  scope: group
  params: {
    name: 'ss${token}'
    location: location
    tags: tags
    redundancy: 'Standard_LRS'
    protectData: false
    subnetId: network.outputs.subnetId
    operatorAddresses: operatorAddresses
    principalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
  }
}

module vault 'modules/vault.bicep' = {
  scope: group
  params: {
    name: 'kv-${token}'
    location: location
    tags: tags
    subnetId: network.outputs.subnetId
    operatorAddresses: operatorAddresses
    principalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
  }
}

module web 'modules/web.bicep' = {
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    plan: chosen.plan
    zoneRedundant: chosen.zoneRedundant
    instances: chosen.instances
    subnetId: network.outputs.subnetId
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    store: store.outputs.endpoints
    stagingStore: stagingStore.outputs.endpoints
    vaultUri: vault.outputs.uri
    vaultSettings: vaultSettings
    hostSettings: hostSettings
    insightsConnectionString: monitoring.outputs.insightsConnectionString
    workspaceId: monitoring.outputs.workspaceId
  }
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    email: alertEmail
    siteId: web.outputs.siteId
    storageAccountId: store.outputs.id
    workspaceId: monitoring.outputs.workspaceId
  }
}

output AZURE_RESOURCE_GROUP string = group.name
output MARKETPLACE_URI string = web.outputs.uri
output MARKETPLACE_STAGING_URI string = web.outputs.stagingUri
output MARKETPLACE_VAULT string = vault.outputs.name
