// Who is told when, and on which of the product's own signals (signals.json). docs/operate.md says what to do about each.
param token string
param location string
param tags object
param email string
param siteId string
param storageAccountId string
param workspaceId string

var signals = loadJsonContent('../signals.json')

resource operators 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${token}'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'market'
    emailReceivers: empty(email) ? [] : [{ name: 'operators', emailAddress: email, useCommonAlertSchema: true }]
  }
}

resource notReady 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'not-ready'
  location: 'global'
  tags: tags
  properties: {
    description: 'An instance does not answer /health/ready with 200.'
    enabled: true
    severity: 1
    scopes: [siteId]
    evaluationFrequency: 'PT1M'
    windowSize: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'health'
          criterionType: 'StaticThresholdCriterion'
          metricNamespace: 'Microsoft.Web/sites'
          metricName: 'HealthCheckStatus'
          timeAggregation: 'Average'
          operator: 'LessThan'
          threshold: 100
        }
      ]
    }
    actions: [{ actionGroupId: operators.id }]
  }
}

resource storeThrottled 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'store-throttled'
  location: 'global'
  tags: tags
  properties: {
    description: 'The tables ask to be called less often.'
    enabled: true
    severity: 2
    scopes: ['${storageAccountId}/tableServices/default']
    evaluationFrequency: 'PT5M'
    windowSize: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'throttled'
          criterionType: 'StaticThresholdCriterion'
          metricNamespace: 'Microsoft.Storage/storageAccounts/tableServices'
          metricName: 'Transactions'
          dimensions: [{ name: 'ResponseType', operator: 'Include', values: ['ServerBusyError', 'ClientThrottlingError'] }]
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 50
        }
      ]
    }
    actions: [{ actionGroupId: operators.id }]
  }
}

// A rule on a signal that nothing emits yet would look like all is well: it stays off until the signal is there.
resource rules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for signal in signals: {
  name: signal.name
  location: location
  tags: tags
  properties: {
    displayName: signal.name
    description: signal.meaning
    enabled: signal.emitted
    severity: signal.severity
    scopes: [workspaceId]
    evaluationFrequency: 'PT5M'
    windowSize: signal.window
    skipQueryValidation: true // A table appears in the workspace with its first line.
    autoMitigate: true
    criteria: {
      allOf: [
        {
          query: join(signal.query, '\n')
          metricMeasureColumn: 'value'
          timeAggregation: 'Maximum'
          operator: 'GreaterThan'
          threshold: signal.threshold
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
        }
      ]
    }
    actions: { actionGroups: [operators.id] }
  }
}]
