//! try
use shakedown::{engine::*,journey::*,transport::*,load::*,units::*,source::*,event::*,stats::Tally};
use std::{sync::Arc,time::Duration};
fn main(){
 let a:Vec<String>=std::env::args().collect();
 let url=&a[1]; let mode=&a[2]; let secs:u64=a[3].parse().unwrap();
 raise_open_files();
 let target=Target::new(url,HttpVersion::Auto,&TlsOptions::default(),Duration::from_secs(5)).unwrap();
 let spec=JourneySpec{name:Located{value:"j".into(),..Default::default()},weight:None,data:None,steps:Located{value:vec![StepSpec{get:Some(Located{value:"/".into(),..Default::default()}),..Default::default()}],mark:Mark::default()}};
 let mut p=vec![];
 let headers=Pairs::default();
 let read=|_:&Located<String>|->Result<Vec<u8>,Problem>{unreachable!()};
 let host=target.authority.to_string();
 let cx=CompileContext{vars:&[],read:&read,timeout:"30s".parse().unwrap(),headers:&headers,host:&host,prefix:""};
 let j=Journey::compile(&spec,&cx,&mut p).expect("compile");
 let pace=if mode=="max"{Pace::Closed{connections:64,length:Duration::from_secs(secs)}}else{let r:Rate=mode.parse().unwrap();Pace::Open(Schedule::new(vec![Stage{name:"hold".into(),from:r,to:r,length:Span::new(Duration::from_secs(secs)),warmup:false}],Arrivals::Even))};
 let load=LoadPlan{target:target.clone(),journeys:vec![j],endpoints:vec![shakedown::history::EndpointPlan{name:"j/x".into(),journey:"j".into()}],mix:Mix::new(&[1]),pace,connections:ConnectionPolicy::default(),max_in_flight:10000,workers:std::env::var("W").map(|w|w.parse().unwrap()).unwrap_or(1),seed:1,until_broken:vec![]};
 let plan=RunPlan{target,checks:vec![],load:Some(Arc::new(load)),seed:1,secrets:Secrets::default()};
 let (_s,c)=Control::new();
 let rt=tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
 let mut t=Tally::default(); let mut n=0;let mut cpu=0.0;
 let e=rt.block_on(drive(&plan,&[],&c,&mut |e:Event|match e.kind{EventKind::Window(d)=>t.add(&d),EventKind::Generator(g)=>{n+=1;cpu+=g.cpu;},k=>println!("{k:?}")}));
 println!("{e:?} {:?}",t.counts);
 for (w,h) in [("response",&t.response),("service",&t.service),("ttfb",&t.ttfb),("lag",&t.lag),("connect",&t.connect)]{println!("{w} p50 {:?} p99 {:?} p999 {:?} max {:?}",h.quantile_us(0.5),h.quantile_us(0.99),h.quantile_us(0.999),h.max_us());}
 println!("cpu {:.3}",cpu/n as f64);
}
