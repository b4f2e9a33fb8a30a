// The account that holds a market: records and rows in tables, large records in blobs, cluster membership in a table.
param name string
param location string
param tags object
param redundancy string

@description('Whether the account is locked against deletion.')
param protectData bool

param subnetId string
param operatorAddresses string[]
param principalId string
param workspaceId string

var roles = {
  tables: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3' // Storage Table Data Contributor
  blobs: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe' // Storage Blob Data Contributor
}

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: redundancy }
  properties: {
    accessTier: 'Hot'
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    networkAcls: {
      defaultAction: 'Deny'
      bypass: 'AzureServices'
      virtualNetworkRules: [{ id: subnetId, action: 'Allow' }]
      ipRules: map(operatorAddresses, address => { value: address, action: 'Allow' })
    }
  }

  resource tableService 'tableServices' = {
    name: 'default'

    resource tables 'tables' = [for table in ['OrleansGrainState', 'OrleansSiloInstances', 'MarketplaceRows']: {
      name: table
    }]
  }

  resource blobService 'blobServices' = {
    name: 'default'
    properties: {
      containerDeleteRetentionPolicy: { enabled: true, days: 14 }
      deleteRetentionPolicy: { enabled: true, days: 7 }
    }

    resource records 'containers' = {
      name: 'grainstate'
      properties: { publicAccess: 'None' }
    }
  }
}

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for role in items(roles): {
  scope: account
  name: guid(account.id, role.value, 'marketplace')
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.value)
  }
}]

resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (protectData) {
  scope: account
  name: 'holds-the-market'
  properties: { level: 'CanNotDelete', notes: 'The only copy of every contract and every ledger. Remove this lock only to end the market.' }
}

resource tableDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: account::tableService
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'StorageDelete', enabled: true }]
    metrics: [{ category: 'Transaction', enabled: true }]
  }
}

resource blobDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: account::blobService
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'StorageDelete', enabled: true }]
    metrics: [{ category: 'Transaction', enabled: true }]
  }
}

output id string = account.id
output endpoints { tables: string, blobs: string } = {
  tables: account.properties.primaryEndpoints.table
  blobs: account.properties.primaryEndpoints.blob
}
