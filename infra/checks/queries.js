// What Microsoft's own language service finds wrong with queries: node queries.js PACKAGE < QUERIES,
// where QUERIES is {"name": "query"} in JSON; one line of JSON for all faults, {"name": ["message"]}.

const folder = process.argv[2];
require(`${folder}/bridge.js`);
require(`${folder}/Kusto.Language.Bridge.js`);
const { GlobalState, KustoCode, Symbols } = Kusto.Language;

// As far as they are used: https://learn.microsoft.com/azure/azure-monitor/reference/tables-index
const TABLES = {
  AppMetrics:
    "(TimeGenerated:datetime, Name:string, Sum:real, Min:real, Max:real, ItemCount:int, Properties:dynamic)",
  AppDependencies:
    "(TimeGenerated:datetime, Name:string, DurationMs:real, Success:bool, OperationId:string, Properties:dynamic)",
};

const tables = Object.entries(TABLES).map(([name, columns]) => new Symbols.TableSymbol.$ctor7(name, columns, null));
const workspace = new Symbols.DatabaseSymbol.$ctor3("workspace", null, tables, false);
const known = GlobalState.Default.WithDatabase(workspace);

function faults(query) {
  const found = KustoCode.ParseAndAnalyze(query, known).GetDiagnostics();
  return Array.from({ length: found.Count }, (_, at) => found.getItem(at).Message);
}

const queries = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(Object.fromEntries(Object.entries(queries).map(([name, query]) => [name, faults(query)]))));
