// One subnet for all instances of both slots: during a swap the new instances must reach the old ones.
param name string
param location string
param tags object

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: ['10.20.0.0/16'] }
    subnets: [
      {
        name: 'silos'
        properties: {
          // Every instance takes an address, twice as many while the platform replaces instances.
          addressPrefix: '10.20.0.0/24'
          delegations: [{ name: 'web', properties: { serviceName: 'Microsoft.Web/serverFarms' } }]
          serviceEndpoints: [{ service: 'Microsoft.Storage' }, { service: 'Microsoft.KeyVault' }]
        }
      }
    ]
  }

  resource silos 'subnets' existing = {
    name: 'silos'
  }
}

output subnetId string = network::silos.id
