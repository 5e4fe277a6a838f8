# Who is told when something is wrong, and where operators see how it goes. What is asked for here is
# what style_pipeline/telemetry sends; a test compares the two.

locals {
  # Each query gives one number. Where nothing else is said, it is looked at every five minutes over the
  # last quarter of an hour, and fires above nought. A heartbeat that is not there at all would be no
  # row, and no number: so the beats are counted.
  alerts = {
    silent = {
      about    = "No heartbeat for a quarter of an hour: the host, Dagster's daemon or their way out is gone."
      severity = 1
      operator = "LessThan"
      fires    = 1
      query    = <<-KUSTO
        AppMetrics
        | where Name == "style_pipeline.at_work"
        | summarize number = count()
      KUSTO
    }
    failing-sensors = {
      about    = "A sensor has failed for a quarter of an hour: new videos may not be seen."
      severity = 1
      query    = <<-KUSTO
        AppMetrics
        | where Name == "style_pipeline.failing_sensors"
        | summarize number = min(Sum)
      KUSTO
    }
    failed-runs = {
      about    = "A run has failed; Dagster says why."
      severity = 2
      query    = <<-KUSTO
        AppMetrics
        | where Name == "style_pipeline.videos" and tostring(Properties["status"]) == "FAILURE"
        | summarize number = sum(Sum)
      KUSTO
    }
    stuck-runs = {
      about    = "In a run nothing has moved for an hour."
      severity = 2
      query    = <<-KUSTO
        AppMetrics
        | where Name == "style_pipeline.stuck"
        | summarize number = max(Sum)
      KUSTO
    }
    daily-cost = {
      about    = "Painting has cost more in a day than 'daily_cost', by the table of prices."
      severity = 2
      every    = "PT1H"
      window   = "P1D"
      fires    = var.daily_cost
      query    = <<-KUSTO
        AppMetrics
        | where Name == "style_pipeline.cost"
        | summarize number = sum(Sum)
      KUSTO
    }
  }

  # Rules are made before anything has been measured. Azure knows no such table by then, and would refuse
  # a query about it.
  measurements = "union isfuzzy=true AppMetrics, (datatable(TimeGenerated: datetime, Name: string, Sum: real, Properties: dynamic)[])"

  charts = [
    {
      title = "In the works: at work, waiting, stuck"
      shape = "timechart"
      query = <<-KUSTO
        AppMetrics
        | where Name in ("style_pipeline.at_work", "style_pipeline.waiting", "style_pipeline.stuck")
        | summarize max(Sum) by bin(TimeGenerated, 5m), Name
      KUSTO
    },
    {
      title = "Runs by how they ended"
      shape = "barchart"
      query = <<-KUSTO
        AppMetrics
        | where Name == "style_pipeline.videos"
        | summarize sum(Sum) by bin(TimeGenerated, 1d), tostring(Properties["status"])
      KUSTO
    },
    {
      title = "Cost per minute of video, by style"
      shape = "timechart"
      query = <<-KUSTO
        AppMetrics
        | where Name == "style_pipeline.cost_per_minute_of_video"
        | summarize sum(Sum) / sum(ItemCount) by bin(TimeGenerated, 1d), tostring(Properties["style"])
      KUSTO
    },
    {
      title = "Cost per day"
      shape = "barchart"
      query = <<-KUSTO
        AppMetrics
        | where Name == "style_pipeline.cost"
        | summarize sum(Sum) by bin(TimeGenerated, 1d)
      KUSTO
    },
    {
      title = "Node-hours per day"
      shape = "barchart"
      query = <<-KUSTO
        AppMetrics
        | where Name == "style_pipeline.node_hours"
        | summarize sum(Sum) by bin(TimeGenerated, 1d)
      KUSTO
    },
    {
      title = "Frames per second, by style"
      shape = "timechart"
      query = <<-KUSTO
        AppMetrics
        | where Name == "style_pipeline.frames_per_second"
        | summarize sum(Sum) / sum(ItemCount) by bin(TimeGenerated, 1h), tostring(Properties["style"])
      KUSTO
    },
    {
      title = "Seconds in each part, the wait in the queue among them"
      shape = "timechart"
      query = <<-KUSTO
        AppMetrics
        | where Name == "style_pipeline.seconds"
        | summarize sum(Sum) / sum(ItemCount) by bin(TimeGenerated, 1h), tostring(Properties["part"])
      KUSTO
    },
    {
      title = "Attempts after the first"
      shape = "barchart"
      query = <<-KUSTO
        AppMetrics
        | where Name == "style_pipeline.retries"
        | summarize sum(Sum) by bin(TimeGenerated, 1d)
      KUSTO
    },
    {
      title = "The last hundred videos"
      shape = "table"
      query = <<-KUSTO
        AppDependencies
        | where Name == "video"
        | top 100 by TimeGenerated
        | project TimeGenerated, style = Properties["style_pipeline.style"], video = Properties["style_pipeline.video"], status = Properties["style_pipeline.status"], minutes = round(DurationMs / 60000, 1), OperationId
      KUSTO
    },
    {
      title = "Seconds for a frame, by node"
      shape = "table"
      query = <<-KUSTO
        AppDependencies
        | where Name startswith "shard "
        | extend node = tostring(Properties["style_pipeline.host"]), seconds = DurationMs / 1000 / toint(Properties["style_pipeline.frames"])
        | summarize painted = count(), median = percentile(seconds, 50), slowest = max(seconds) by node
      KUSTO
    },
  ]
}

resource "azurerm_monitor_action_group" "main" {
  name                = var.name
  resource_group_name = azurerm_resource_group.main.name
  short_name          = "painting"
  tags                = local.tags

  email_receiver {
    name                    = "contact"
    email_address           = var.contact_email
    use_common_alert_schema = true
  }
}

# One mail when it begins and one when it is over.
resource "azurerm_monitor_scheduled_query_rules_alert_v2" "main" {
  for_each                = local.alerts
  name                    = "${var.name}-${each.key}"
  location                = azurerm_resource_group.main.location
  resource_group_name     = azurerm_resource_group.main.name
  description             = each.value.about
  severity                = each.value.severity
  evaluation_frequency    = try(each.value.every, "PT5M")
  window_duration         = try(each.value.window, "PT15M")
  scopes                  = [azurerm_log_analytics_workspace.main.id]
  auto_mitigation_enabled = true
  tags                    = local.tags

  criteria {
    query                   = replace(each.value.query, "AppMetrics\n", "${local.measurements}\n")
    metric_measure_column   = "number"
    time_aggregation_method = "Total"
    operator                = try(each.value.operator, "GreaterThan")
    threshold               = try(each.value.fires, 0)
  }

  action {
    action_groups = [azurerm_monitor_action_group.main.id]
  }
}

resource "azurerm_application_insights_workbook" "main" {
  name                = uuidv5("dns", "${local.unique}.style-pipeline")
  display_name        = "Videos as paintings"
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  source_id           = lower(azurerm_log_analytics_workspace.main.id)
  tags                = local.tags

  data_json = jsonencode({
    version = "Notebook/1.0"
    items = [for chart in local.charts : {
      type = 3
      name = chart.title
      content = {
        version                 = "KqlItem/1.0"
        title                   = chart.title
        query                   = chart.query
        visualization           = chart.shape
        size                    = 0
        queryType               = 0
        resourceType            = "microsoft.operationalinsights/workspaces"
        crossComponentResources = [azurerm_log_analytics_workspace.main.id]
        timeContext             = { durationMs = 2592000000 }
      }
    }]
    fallbackResourceIds = [azurerm_log_analytics_workspace.main.id]
  })
}
