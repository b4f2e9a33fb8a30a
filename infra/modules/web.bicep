// The hosts: silo and API in one process, several instances on a dedicated plan, each reachable by the others at its own
// private address and port. A staging slot takes a release before the market does.
param token string
param location string
param tags object
param plan string
param zoneRedundant bool
param instances { least: int, most: int }
param subnetId string
param identityId string
param identityClientId string
param store { tables: string, blobs: string }
param stagingStore { tables: string, blobs: string }
param vaultUri string
param vaultSettings object
param hostSettings object
param insightsConnectionString string
param workspaceId string

// These belong to the slot, not to the code in it. A swap first restarts the new code with the market's settings, so that it
// joins the market's cluster as in any rolling upgrade; there are never two clusters on one store.
func marketSettings(cluster string, store { tables: string, blobs: string }) object => {
  Marketplace__Cluster__ClusterId: cluster
  Marketplace__Cluster__ServiceId: cluster
  Marketplace__Azure__TablesEndpoint: store.tables
  Marketplace__Azure__BlobsEndpoint: store.blobs
  Marketplace__Telemetry__Service: cluster // What staging measures raises no alert.
}

var sharedSettings = {
  Marketplace__Store: 'azure'
  Marketplace__Sandbox: 'false'
  Marketplace__Demo: 'false'
  Marketplace__DataFolder: '/home' // Outlives an instance; holds only the first administrator's key.
  Marketplace__Azure__ManagedIdentityClientId: identityClientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
  ASPNETCORE_HTTP_PORTS: '8080' // Where the platform's .NET image looks for the site.
  ASPNETCORE_FORWARDEDHEADERS_ENABLED: 'true'
  WEBSITE_HEALTHCHECK_MAXPINGFAILURES: '3'
  SCM_DO_BUILD_DURING_DEPLOYMENT: 'false' // What arrives is published already.
  WEBSITE_WARMUP_PATH: '/health/ready'
  WEBSITE_WARMUP_STATUSES: '200' // Otherwise any answer would do, "not ready" among them.
  WEBSITE_SWAP_WARMUP_PING_PATH: '/health/ready'
  WEBSITE_SWAP_WARMUP_PING_STATUSES: '200'
  WEBSITES_CONTAINER_STOP_TIME_LIMIT: '60' // Longer than the host takes to drain.
}
var secrets = toObject(items(vaultSettings), entry => entry.key, entry => '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/${entry.value})')
var production = union(sharedSettings, hostSettings, secrets, marketSettings('marketplace', store))
var staging = union(sharedSettings, marketSettings('marketplace-staging', stagingStore))

var identity = { type: 'UserAssigned', userAssignedIdentities: { '${identityId}': {} } }
var logs = ['AppServiceHTTPLogs', 'AppServiceConsoleLogs', 'AppServicePlatformLogs', 'AppServiceAuditLogs']

var siteConfig = {
  linuxFxVersion: 'DOTNETCORE|10.0'
  appCommandLine: 'dotnet Marketplace.Host.dll'
  alwaysOn: true
  webSocketsEnabled: true // The portal's pages.
  http20Enabled: true
  minTlsVersion: '1.2'
  scmMinTlsVersion: '1.2'
  ftpsState: 'Disabled'
  remoteDebuggingEnabled: false
  healthCheckPath: '/health/ready'
  vnetRouteAllEnabled: true
  vnetPrivatePortsCount: 1 // The silo's. Clients are co-hosted, so there is no gateway port.
}

resource farm 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: 'plan-${token}'
  location: location
  tags: tags
  kind: 'linux'
  sku: { name: plan, capacity: instances.least }
  properties: { reserved: true, zoneRedundant: zoneRedundant }
}

resource site 'Microsoft.Web/sites@2024-04-01' = {
  name: 'app-${token}'
  location: location
  tags: union(tags, { 'azd-service-name': 'host' })
  kind: 'app,linux'
  identity: identity
  properties: {
    serverFarmId: farm.id
    httpsOnly: true
    clientAffinityEnabled: true // A page of the portal lives in the instance that drew it.
    virtualNetworkSubnetId: subnetId
    keyVaultReferenceIdentity: identityId
    siteConfig: union(siteConfig, { appSettings: map(items(production), entry => { name: entry.key, value: entry.value }) })
  }

  resource slotSettings 'config' = {
    name: 'slotConfigNames'
    properties: {
      appSettingNames: union(objectKeys(marketSettings('', stagingStore)), objectKeys(vaultSettings), objectKeys(hostSettings))
    }
  }

  resource noFtp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource noPasswords 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }

  resource slot 'slots' = {
    name: 'staging'
    location: location
    tags: tags
    kind: 'app,linux'
    identity: identity
    properties: {
      serverFarmId: farm.id
      httpsOnly: true
      clientAffinityEnabled: true
      virtualNetworkSubnetId: subnetId
      keyVaultReferenceIdentity: identityId
      siteConfig: union(siteConfig, { appSettings: map(items(staging), entry => { name: entry.key, value: entry.value }) })
    }

    resource noFtp 'basicPublishingCredentialsPolicies' = {
      name: 'ftp'
      properties: { allow: false }
    }

    resource noPasswords 'basicPublishingCredentialsPolicies' = {
      name: 'scm'
      properties: { allow: false }
    }
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: site
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: [for category in logs: { category: category, enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

resource slotDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: site::slot
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: [for category in logs: { category: category, enabled: true }]
  }
}

resource scaling 'Microsoft.Insights/autoscaleSettings@2022-10-01' = {
  name: 'scale-${token}'
  location: location
  tags: tags
  properties: {
    enabled: true
    targetResourceUri: farm.id
    profiles: [
      {
        name: 'by load'
        capacity: { minimum: string(instances.least), maximum: string(instances.most), default: string(instances.least) }
        rules: [
          scaleRule(farm.id, 'CpuPercentage', 'Average', 'GreaterThan', 70, 'PT5M', 'Increase', 'PT5M')
          scaleRule(farm.id, 'HttpQueueLength', 'Average', 'GreaterThan', 20, 'PT5M', 'Increase', 'PT5M')
          // In is slower than out, and one at a time: every instance that leaves hands its grains to the others.
          scaleRule(farm.id, 'CpuPercentage', 'Average', 'LessThan', 30, 'PT15M', 'Decrease', 'PT15M')
        ]
      }
    ]
  }
}

func scaleRule(farmId string, metric string, statistic string, operator string, threshold int, window string, direction string, cooldown string) object => {
  metricTrigger: {
    metricName: metric
    metricResourceUri: farmId
    timeGrain: 'PT1M'
    statistic: statistic
    timeWindow: window
    timeAggregation: 'Average'
    operator: operator
    threshold: threshold
  }
  scaleAction: { direction: direction, type: 'ChangeCount', value: '1', cooldown: cooldown }
}

output siteId string = site.id
output uri string = 'https://${site.properties.defaultHostName}'
output stagingUri string = 'https://${site::slot.properties.defaultHostName}'
